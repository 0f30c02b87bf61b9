"""Catalog, profile and system security plan: what is required, as far as an assessment has to refer to it.

Rules kept here: each line of the profile is a control of the catalog and has one objective; a framework is referred to
where the METADATA of the controls that decide the line say so, and its text is not repeated; the plan of the system
states what the run knew of it, and says that it is no more than that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.oscal.source import CATALOG, PROFILE, metadata, objective, one_line, prop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.adapters.reports.oscal.source import Json, Source

MINIMAL = (
    "Made from the evidence bundle of a run so that plan and results have something to refer to. It states which lines"
    " were decided about which system, and nothing of how the system implements them."
)


def catalog(source: Source) -> Json:
    """Return the catalog: a control for each line of the profile."""
    controls = [_control(source, line) for line in source.document["lines"]]
    used = {ref.split("/")[0] for line in source.document["lines"] for ref in _references(source, line)}
    resources = [
        {
            "uuid": source.of_policies("framework", name),
            "title": one_line(source.frameworks[name].title),
            "description": f"As it was looked at on {source.frameworks[name].as_of}.",
            "citation": {"text": one_line(f"{source.frameworks[name].cited_as}: {source.frameworks[name].source}")},
        }
        for name in sorted(used)
    ]
    return {
        "catalog": {
            "uuid": source.of_policies("catalog"),
            "metadata": metadata(source, f"Lines of the profile {source.predicate.profile.id}", source.predicate.asOf),
            "controls": controls,
            **({"back-matter": {"resources": resources}} if resources else {}),
        }
    }


def _control(source: Source, line: Json) -> Json:
    own = [source.control(one["control"]).metadata for one in line["controls"]]
    props = [prop("control", one.id) for one in own] + [prop("severity", one.severity) for one in own[:1]]
    props += [prop("checklist", number) for number in line["checklist"]]
    links = [
        {"href": f"#{source.of_policies('framework', ref.split('/')[0])}", "rel": "reference", "text": ref}
        for ref in _references(source, line)
    ]
    stated = [f"{one.title}. {one.description}" for one in own[:1]] or [_without_control(line)]
    parameters = [
        f"{one['control']}: {name} = {json.dumps(value, ensure_ascii=False)}"
        for one in line["controls"]
        for name, value in sorted(one["parameters"].items())
    ]
    prose = "\n\n".join([*stated, *parameters])
    return {
        "id": line["line"],
        "class": "line",
        "title": one_line(line["title"]),
        "props": [prop("label", line["line"]), *props],
        **({"links": links} if links else {}),
        "parts": [
            {"id": f"{line['line']}_stm", "name": "statement", "prose": prose},
            {"id": objective(line["line"]), "name": "assessment-objective", "prose": one_line(line["title"])},
        ],
    }


def _without_control(line: Json) -> str:
    if line["members"]:
        return f"Decided by its lines {', '.join(line['members'])}."
    return f"Decided by {line['decidedBy']}."


def _references(source: Source, line: Json) -> list[str]:
    """Return what a line gives evidence for (``gdpr/art-32``), of the frameworks of the pack, sorted."""
    named = {ref for one in line["controls"] for ref in source.control(one["control"]).metadata.evidence_for}
    return sorted(ref for ref in named if ref.split("/")[0] in source.frameworks)


def profile(source: Source) -> Json:
    """Return the profile: every control of the catalog."""
    return {
        "profile": {
            "uuid": source.of_policies("profile"),
            "metadata": metadata(source, f"Profile {source.predicate.profile.id}", source.predicate.asOf),
            "imports": [{"href": CATALOG, "include-all": {}}],
            "merge": {"as-is": True},
        }
    }


def system_security_plan(source: Source) -> Json:
    """Return the system security plan, as little of it as an assessment needs."""
    scope = source.predicate.scope
    name = one_line(f"{scope.system} ({scope.environment})")
    component = source.of_system("component")
    return {
        "system-security-plan": {
            "uuid": source.of_system("ssp"),
            "metadata": metadata(
                source, f"Minimal system security plan of {name}", source.predicate.asOf, remarks=MINIMAL
            ),
            "import-profile": {"href": PROFILE},
            "system-characteristics": {
                "system-ids": [{"id": f"{scope.system}/{scope.environment}"}],
                "system-name": name,
                "description": f"{name}, as the sources of the run name it.",
                "system-information": {
                    "information-types": [
                        {
                            "title": "As declared in the profile",
                            "description": "Which information the system holds is not stated by a run.",
                        }
                    ]
                },
                "status": {"state": "operational"},
                "authorization-boundary": {"description": "What the sources of the run reported of this environment."},
            },
            "system-implementation": {
                "users": [{"uuid": source.of_system("user"), "title": "Not stated by a run"}],
                "components": [
                    {
                        "uuid": component,
                        "type": "this-system",
                        "title": name,
                        "description": f"{name}, as a whole.",
                        "status": {"state": "operational"},
                    }
                ],
            },
            "control-implementation": {
                "description": MINIMAL,
                "implemented-requirements": list(_requirements(source, component)),
            },
        }
    }


def _requirements(source: Source, component: str) -> Iterator[dict[str, Any]]:
    for line in source.document["lines"]:
        yield {
            "uuid": source.of_system("requirement", line["line"]),
            "control-id": line["line"],
            "by-components": [
                {
                    "component-uuid": component,
                    "uuid": source.of_system("by-component", line["line"]),
                    "description": "Not stated by a run; the assessment results say what was observed.",
                }
            ],
        }
