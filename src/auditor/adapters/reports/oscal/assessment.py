"""Assessment plan and assessment results: what was to be decided, and what was observed and found.

Rules kept here: nothing but a pass is ``satisfied``; an inconclusive finding is ``not-satisfied`` with the reason
``other`` and says why, as is one that does not apply, which is marked so; a waiver never changes a status, and stands
beside it as a risk whose deviation was approved; each observation names the files of the bundle that it rests on, with
their digests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.reports.oscal.backing import attestations, resources
from auditor.adapters.reports.oscal.source import (
    ASSESSMENT_PLAN,
    PLAN_OF_SYSTEM,
    metadata,
    objective,
    one_line,
    prop,
)
from auditor.core.reasons import sentence
from auditor.core.summary import ControlWords, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.adapters.reports.oscal.source import Json, Source

STATES = {"pass": ("satisfied", "pass"), "fail": ("not-satisfied", "fail")}
OTHERWISE = ("not-satisfied", "other")
WORDS = {
    "inconclusive": "Not decided, which is not a pass: ",
    "not_applicable": "Does not apply, which is not a pass: ",
}


def assessment_plan(source: Source) -> Json:
    """Return the plan: every line of the profile, on everything that the sources report, by this program."""
    scope, tool = source.predicate.scope, source.of_run("tool")
    title = f"Assessment of {scope.system} {scope.release} ({scope.environment}) by {source.predicate.profile.id}"
    return {
        "assessment-plan": {
            "uuid": source.of_run("assessment-plan"),
            "metadata": metadata(source, title, source.predicate.asOf),
            "import-ssp": {"href": PLAN_OF_SYSTEM},
            "reviewed-controls": _reviewed(source),
            "assessment-subjects": [{"type": "inventory-item", "include-all": {}}],
            "assessment-assets": {
                "components": [_tool(source, tool)],
                "assessment-platforms": [
                    {
                        "uuid": source.of_run("platform"),
                        "title": "Where the run was decided",
                        "uses-components": [{"component-uuid": tool}],
                    }
                ],
            },
            "tasks": [
                {
                    "uuid": source.of_run("task"),
                    "type": "action",
                    "title": "Collect, decide and seal",
                    "timing": {"on-date": {"date": source.predicate.timeCreated}},
                }
            ],
        }
    }


def _tool(source: Source, identifier: str) -> Json:
    replay = source.predicate.replay
    return {
        "uuid": identifier,
        "type": "software",
        "title": one_line(f"{source.predicate.producer.name} {source.predicate.producer.version}"),
        "description": f"Decides facts by policies: {replay.sqlEngine}, {replay.regoEngine}.",
        "status": {"state": "operational"},
    }


def _reviewed(source: Source) -> Json:
    lines = [{"control-id": line["line"]} for line in source.document["lines"]]
    return {"control-selections": [{"include-controls": lines}]}


def assessment_results(source: Source) -> Json:
    """Return the results: a finding for each line, an observation for each resource that was decided."""
    predicate = source.predicate
    scope, tool = predicate.scope, source.of_run("tool")
    observed = _Observed(source, tool)
    observations = [observed.observation(one) for one in source.document["findings"]]
    risks = [observed.risk(one) for one in source.document["findings"] if one["waivers"]]
    signed = list(attestations(source))
    people = sorted({str(row["person"]) for row in source.sign_offs})
    roles = sorted({str(row["role"]) for row in source.sign_offs})
    gates = [prop("gate", f"{gate['gate']}: {gate['decision']}") for gate in source.document["gates"]]
    result = {
        "uuid": source.of_run("result"),
        "title": one_line(f"{scope.system} {scope.release}, as of {predicate.asOf}"),
        "description": f"What the profile {predicate.profile.id} decided: {predicate.result}.",
        "start": predicate.asOf,
        "end": predicate.timeCreated,
        "props": [
            prop("bundle", predicate.bundleId),
            prop("run-statement-sha256", source.statement),
            prop("policy-digest", predicate.policyDigest),
            prop("result", predicate.result),
            *gates,
        ],
        "local-definitions": {
            "components": [_tool(source, tool)],
            **({"inventory-items": observed.items()} if observations else {}),
        },
        "reviewed-controls": _reviewed(source),
        **({"attestations": signed} if signed else {}),
        **({"observations": observations} if observations else {}),
        **({"risks": risks} if risks else {}),
        "findings": _findings(source, tool),
    }
    return {
        "assessment-results": {
            "uuid": source.of_run("assessment-results"),
            "metadata": metadata(
                source,
                f"Results of {predicate.bundleId}",
                predicate.timeCreated,
                **({"roles": [{"id": one, "title": one} for one in roles]} if roles else {}),
                **(
                    {"parties": [{"uuid": source.of_run("person", x), "type": "person", "name": x} for x in people]}
                    if people
                    else {}
                ),
            ),
            "import-ap": {"href": ASSESSMENT_PLAN},
            "results": [result],
            "back-matter": {"resources": list(resources(source, observed.files))},
        }
    }


class _Observed:
    """Makes observations, and gathers the resources and files that they name."""

    def __init__(self, source: Source, tool: str) -> None:
        self._source = source
        self._tool = tool
        self._there = {one.name for one in source.predicate.files}
        self._resources: dict[str, str] = {}
        self.files: set[str] = {layout.DECISIONS}

    def observation(self, one: Json) -> Json:
        source = self._source
        unit = source.words.get(one["control"], ControlWords()).unit
        said = sentence(one["reason"], one["observed"], one["limit"], unit)
        window = one["window"]
        props = [
            prop("verdict", one["verdict"]),
            prop("reason", one["reason"]),
            prop("control", one["control"]),
            *([prop("sample-size", one["sampleSize"])] if one["sampleSize"] is not None else []),
            *([prop("window", f"{window['start']}/{window['end']}")] if window else []),
            *(prop("waived-by", digest) for digest in one["waivers"]),
            *(prop("adjudicated-by", digest) for digest in one["adjudications"]),
        ]
        return {
            "uuid": _observation(source, one),
            "title": one_line(f"{one['line']}: {one['resource']}"),
            "description": WORDS.get(one["verdict"], "") + said,
            "props": props,
            "methods": ["TEST"],
            "types": ["control-objective" if one["verdict"] == "pass" else "finding"],
            "origins": [{"actors": [{"type": "tool", "actor-uuid": self._tool}]}],
            "subjects": [{"subject-uuid": self._subject(one["resource"]), "type": "inventory-item"}],
            "relevant-evidence": list(self._evidence(one["control"])),
            "collected": source.predicate.asOf,
            "expires": source.predicate.validUntil,
        }

    def _subject(self, resource: str) -> str:
        return self._resources.setdefault(resource, self._source.of_run("resource", resource))

    def items(self) -> list[Json]:
        return [
            {"uuid": identifier, "description": one_line(resource)}
            for resource, identifier in sorted(self._resources.items())
        ]

    def _evidence(self, control: str) -> Iterator[Json]:
        sql = self._source.control(control).sql_path
        wanted = [
            (layout.DECISIONS, "What was decided, with the rows that it rests on."),
            (f"{layout.POLICIES}/{sql}", "The query that measured it."),
            (f"{layout.POLICIES}/{sql.removesuffix('.sql')}.rego", "The policy that decided it."),
            *((f"{layout.SNAPSHOT}/{table}.parquet", f"Facts: {table}.") for table in self._source.tables[control]),
        ]
        for name, said in wanted:
            if name in self._there:
                self.files.add(name)
                yield {"href": f"#{self._source.file(name)}", "description": said}

    def risk(self, one: Json) -> Json:
        return {
            "uuid": _risk(self._source, one),
            "title": one_line(f"Waived: {one['line']}: {one['resource']}"),
            "description": "The finding fails, and two people accepted it for a time; it stays visible as a fail.",
            "statement": f"Waived by {', '.join(one['waivers'])}.",
            "props": [prop("waived-by", digest) for digest in one["waivers"]],
            "status": "deviation-approved",
            "related-observations": [{"observation-uuid": _observation(self._source, one)}],
        }


def _observation(source: Source, one: Json) -> str:
    return source.of_run("observation", one["line"], one["control"], one["resource"])


def _risk(source: Source, one: Json) -> str:
    return source.of_run("risk", one["line"], one["control"], one["resource"])


def _findings(source: Source, tool: str) -> list[Json]:
    entries = {entry.line: entry for entry in summarise(source.document, source.words).lines}
    own: dict[str, list[Json]] = {}
    for one in source.document["findings"]:
        own.setdefault(one["line"], []).append(one)
    return [
        _finding(source, tool, line, entries[line["line"]].why, own.get(line["line"], []))
        for line in source.document["lines"]
    ]


def _finding(source: Source, tool: str, line: Json, why: Sequence[str], own: Sequence[Json]) -> Json:
    verdict = line["verdict"]
    state, reason = STATES.get(verdict, OTHERWISE)
    told = WORDS.get(verdict, "") + "; ".join(why or [sentence(line["reason"], None, None)])
    waived = [one for one in own if one["waivers"]]
    props = [prop("verdict", verdict), prop("reason", line["reason"])]
    props += [prop("provisional", "true")] if line["provisional"] else []
    props += [prop("waived", "true")] if waived else []
    target: dict[str, Any] = {
        "type": "objective-id",
        "target-id": objective(line["line"]),
        "status": {"state": state, "reason": reason, "remarks": told},
    }
    if verdict == "not_applicable":
        target["implementation-status"] = {"state": "not-applicable"}
    finding: Json = {
        "uuid": source.of_run("finding", line["line"]),
        "title": one_line(line["title"]),
        "description": told,
        "props": props,
        "origins": [{"actors": [{"type": "tool", "actor-uuid": tool}]}],
        "target": target,
    }
    if own:
        finding["related-observations"] = [{"observation-uuid": _observation(source, one)} for one in own]
    if waived:
        finding["related-risks"] = [{"risk-uuid": _risk(source, one)} for one in waived]
    return finding
