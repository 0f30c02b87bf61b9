"""The form of ``decisions.json``, as those need it who read it in a bundle: whoever holds a key may sign another.

Rules kept here: members are exactly those that ``auditor.core.decisions`` writes, each of its type; a line, a gate or a
finding names only lines and controls that are there; a reason and a decision have words. What was decided is not asked.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from auditor.core.reason_codes import SENTENCES
from auditor.core.statement import Digest, Exact, Instant, ScopeMember, VersionOne
from auditor.core.summary import GATE_WORDS

VerdictWord = Literal["pass", "fail", "inconclusive", "not_applicable"]
# The closed lists, as the published schema names them; in a bundle they are asked below, with what else must agree.
Reason = Annotated[str, Field(json_schema_extra={"enum": sorted(SENTENCES)})]
PriorReason = Annotated[str, Field(json_schema_extra={"enum": ["", *sorted(SENTENCES)]})]
GateKind = Annotated[str, Field(json_schema_extra={"enum": ["go_no_go", "rollback", "status"]})]
GateWord = Annotated[str, Field(json_schema_extra={"enum": sorted(GATE_WORDS)})]


class ProfileForm(Exact):
    """The profile that was decided."""

    id: str
    sha256: Digest


class GateForm(Exact):
    """A gate, and the lines that decide it."""

    gate: str
    title: str
    kind: GateKind
    decision: GateWord
    verdict: VerdictWord
    provisional: bool
    rule: str
    lines: list[str]


class ControlForm(Exact):
    """A control as a line binds it."""

    control: str
    parameters: dict[str, Any]


class LineForm(Exact):
    """A line: decided by its controls, or rolled up from its members, or decided elsewhere."""

    line: str
    title: str
    checklist: list[str]
    verdict: VerdictWord
    reason: Reason
    provisional: bool
    controls: list[ControlForm]
    members: list[str]
    decidedBy: Literal["status", "verification"] | None
    signOff: str | None
    role: str | None
    latched: bool


class WindowForm(Exact):
    """A half-open period of event time."""

    start: Instant
    end: Instant


class FindingForm(Exact):
    """One decision about one resource."""

    line: str
    control: str
    resource: str
    members: int = Field(ge=0)
    verdict: VerdictWord
    reason: Reason
    observed: Any
    limit: Any
    sampleSize: int | None
    window: WindowForm | None
    evidence: dict[str, Any]
    waivers: list[str]
    adjudications: list[str]


class HistoryForm(Exact):
    """What an earlier run of the release decided of one latched line, or (line run, no reason) as a whole."""

    run: Digest
    profile: str
    asOf: Instant
    line: str
    verdict: VerdictWord
    reason: PriorReason


class DecisionsForm(Exact):
    """The whole document."""

    schemaVersion: VersionOne
    scope: ScopeMember
    asOf: Instant
    profile: ProfileForm
    result: VerdictWord
    gates: list[GateForm]
    lines: list[LineForm]
    findings: list[FindingForm]
    history: list[HistoryForm]


def decisions_problem(document: Any) -> str:
    """Return the first thing that keeps a parsed ``decisions.json`` from being of this form, or nothing."""
    try:
        found = DecisionsForm.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc']) or 'the document'}: {first['msg']}"
    lines = {one.line: one for one in found.lines}
    gates = {one.gate for one in found.gates}
    if len(lines) != len(found.lines) or len(gates) != len(found.gates):
        return "a line or a gate is there twice"
    for where, named in [(one.gate, one.lines) for one in found.gates] + [
        (one.line, one.members) for one in found.lines
    ]:
        unknown = [one for one in named if one not in lines]
        if unknown:
            return f"{where}: names line {unknown[0]!r}, which is not there"
    return _gate_problem(found) or _line_problem(found) or _finding_problem(found, lines)


def _gate_problem(found: DecisionsForm) -> str:
    wordless = [one for one in found.gates if one.decision not in GATE_WORDS]
    return f"{wordless[0].gate}: {wordless[0].decision!r} is no decision of a gate" if wordless else ""


def _line_problem(found: DecisionsForm) -> str:
    bare = [one for one in found.lines if not one.members and not one.controls and one.decidedBy is None]
    return f"{bare[0].line}: has neither controls nor members, and is not decided elsewhere" if bare else ""


def _finding_problem(found: DecisionsForm, lines: dict[str, LineForm]) -> str:
    bound = {(name, one.control) for name, line in lines.items() for one in line.controls}
    for one in found.findings:
        if (one.line, one.control) not in bound:
            return f"a finding of {one.control!r} in line {one.line!r}, where that control is not"
        if one.reason not in SENTENCES:
            return f"{one.line}: {one.reason!r} is no reason that this program knows"
    return ""
