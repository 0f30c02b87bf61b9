"""What a person is shown of a run: a headline, the gates, and one entry per line, made from ``decisions.json``.

Rules kept here: terminal, Markdown and JSON show the same words, all made here; an entry names what decided it; a list
that is cut says how many it leaves out; `[x]` is a pass and nothing else is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.core.reason_codes import SENTENCES
from auditor.core.reasons import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 4

HEADLINES = {
    "pass": "PASS: every gate is met",
    "fail": "FAIL: at least one gate is not met",
    "inconclusive": "INCONCLUSIVE: the evidence does not decide every gate, which is not a pass",
    "not_applicable": "NOT APPLICABLE: no gate applies, which is not a pass",
}
GATE_WORDS = {
    "go": "GO",
    "pass_with_waiver": "PASS WITH WAIVER",
    "no_go": "NO-GO",
    "rollback": "ROLL BACK",
    "continue": "CONTINUE",
    "undecided": "UNDECIDED",
    "successful": "SUCCESSFUL",
    "partial": "PARTIAL",
    "failed": "FAILED",
}


@dataclass(frozen=True, slots=True)
class ControlWords:
    """What is needed of a control to word its findings."""

    unit: str = ""
    trigger: bool = False


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One line as shown: ``mark`` is the printed box, ``why`` its sentences."""

    line: str
    title: str
    verdict: str
    mark: str
    checklist: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateEntry:
    """One gate as shown."""

    gate: str
    title: str
    words: str
    verdict: str
    waived: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run as shown."""

    headline: str
    result: str
    scope: dict[str, str]
    as_of: str
    profile: str
    gates: tuple[GateEntry, ...]
    lines: tuple[LineEntry, ...]


def summarise(document: dict[str, Any], controls: Mapping[str, ControlWords]) -> Summary:
    """Return the summary of ``decisions.json``; ``controls`` gives unit and kind of each control by its id."""
    titles = {line["line"]: line["title"] for line in document["lines"]}
    verdicts = {line["line"]: line["verdict"] for line in document["lines"]}
    return Summary(
        headline=HEADLINES[document["result"]],
        result=document["result"],
        scope=document["scope"],
        as_of=document["asOf"],
        profile=document["profile"]["id"],
        gates=tuple(
            GateEntry(
                gate["gate"],
                gate["title"],
                GATE_WORDS[gate["decision"]],
                gate["verdict"],
                gate["decision"] == "pass_with_waiver",
                gate["provisional"],
            )
            for gate in document["gates"]
        ),
        lines=tuple(_entry(line, document, controls, titles, verdicts) for line in document["lines"]),
    )


def _entry(
    line: dict[str, Any],
    document: dict[str, Any],
    controls: Mapping[str, ControlWords],
    titles: Mapping[str, str],
    verdicts: Mapping[str, str],
) -> LineEntry:
    fires = {one for gate in document["gates"] if gate["kind"] == "rollback" for one in gate["lines"]}
    trigger = line["line"] in fires or _is_trigger(line["line"], document, controls)
    if line["members"]:
        decisive = [one for one in line["members"] if verdicts[one] == line["verdict"]]
        why = tuple(f"{titles[one]}: {verdicts[one]}" for one in decisive)
        if line["verdict"] == "pass" and len(why) > SHOWN:
            why = (f"{len(decisive)} of its {len(line['members'])} lines passed, and the others do not apply",)
            if len(decisive) == len(line["members"]):
                why = (f"all of its {len(decisive)} lines passed",)
        if line["verdict"] == "not_applicable":
            why = ("none of its lines applies",)
    else:
        why = _why(line, document, controls) if line["controls"] else ()
    if not why and "{" not in SENTENCES[line["reason"]]:  # it was decided by what is around it, not by what it found
        why = (SENTENCES[line["reason"]],)
    return LineEntry(
        line["line"], line["title"], line["verdict"], mark(line["verdict"], trigger=trigger),
        tuple(line["checklist"]), why,
    )  # fmt: skip


def _is_trigger(name: str, document: dict[str, Any], controls: Mapping[str, ControlWords]) -> bool:
    """Say whether a line fires: its own control is a trigger, or those of all its members are."""
    line = next(one for one in document["lines"] if one["line"] == name)
    if line["controls"]:
        return any(_words(controls, one["control"]).trigger for one in line["controls"])
    return bool(line["members"]) and all(_is_trigger(one, document, controls) for one in line["members"])


def _why(line: dict[str, Any], document: dict[str, Any], controls: Mapping[str, ControlWords]) -> tuple[str, ...]:
    """Return the sentences of the findings that decided the line, the line's own control first."""
    own = line["controls"][0]["control"]
    found = [one for one in document["findings"] if one["line"] == line["line"] and one["verdict"] == line["verdict"]]
    found.sort(key=lambda one: one["control"] != own)
    if line["verdict"] == "pass":
        found = [one for one in found if one["control"] == own]
        if len(found) > SHOWN:
            return _gathered(found, controls)
    if found and {one["reason"] for one in found} == {"not_elapsed"}:
        return (SENTENCES["not_elapsed"],)  # of whom it will be said is not known yet
    words = [
        f"{one['resource']}: {_sentence(one, controls)}" + (f" ({one['members']} times)" if one["members"] > 1 else "")
        for one in found
    ]
    left = len(words) - SHOWN
    return (*words[:SHOWN], f"and {left} more") if left > 0 else tuple(words)


def _sentence(one: dict[str, Any], controls: Mapping[str, ControlWords]) -> str:
    said = sentence(one["reason"], one["observed"], one["limit"], _words(controls, one["control"]).unit)
    for what, word in (("waivers", "waived"), ("adjudications", "adjudicated a false positive")):
        if one[what]:
            said += f"; {word} by {', '.join(digest[:12] for digest in one[what])}"
    return said


def _words(controls: Mapping[str, ControlWords], control: str) -> ControlWords:
    return controls.get(control, ControlWords())


def _gathered(found: list[dict[str, Any]], controls: Mapping[str, ControlWords]) -> tuple[str, ...]:
    """Return one sentence for each reason of many passes, with how many members each stands for."""
    said = []
    for reason in sorted({one["reason"] for one in found}):
        alike = [one for one in found if one["reason"] == reason]
        what = SENTENCES[reason].split(":")[0]
        if "{" in what:
            words = {_sentence(one, controls) for one in alike}
            first = _sentence(alike[0], controls)
            what = first if len(words) == 1 else f"as {alike[0]['resource']}: {first}"
        said.append(f"{sum(one['members'] for one in alike)} in {len(alike)} groups: {what}")
    return tuple(said)


def mark(verdict: str, *, trigger: bool) -> str:
    """Return the printed box: ``[x]`` for a pass, ``[n/a]``, words for a trigger, else an empty box."""
    if trigger:
        return {"pass": "not fired", "fail": "FIRED"}.get(verdict, "[ ]")
    return {"pass": "[x]", "not_applicable": "[n/a]"}.get(verdict, "[ ]")
