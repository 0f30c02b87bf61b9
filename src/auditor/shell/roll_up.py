"""From findings to lines, from lines to gates, and from the status gate to the lines that say which status it is.

Rules kept here: Rego decides every step (the policies under gates/), and this module only gathers what it is asked; a
group is decided after its members, a conditional line after its conditions; the same findings are counted thrice: as
they are, as if what is waived had passed, and as if what was adjudicated had not fired; the first is the verdict.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from auditor.core.findings import counts, deciding_reason
from auditor.core.waivers import verdict_with_adjudications, verdict_with_waivers
from auditor.model import Finding, GateDecision, LineVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.policies.profile_document import Gate, Line

Found = dict[str, tuple[Finding, ...]]
Lines = dict[str, LineVerdict]


class Gates(Protocol):
    """What decides a gate (``auditor.shell.decide.PolicyEngine``)."""

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the decision of a gate."""
        ...


def roll_up(
    profile: Profile, found: Found, policies: Gates, as_of: datetime, anchors: Mapping[str, datetime]
) -> tuple[Lines, tuple[GateDecision, ...]]:
    """Return the verdict of every line, and the decisions of the gates in the profile's order."""
    roller = _Roller(profile, found, policies, as_of)
    lines = roller.lines(lambda one: one.verdict)
    waived, adjudicated = roller.lines(verdict_with_waivers), roller.lines(verdict_with_adjudications)
    gates = tuple(
        _status(gate, profile, lines, adjudicated, policies)
        if gate.kind == "status"
        else _gate(gate, lines, waived, policies, settled=_settled(gate, as_of, anchors))
        for gate in profile.document.gates
    )
    status = next((gate.decision for gate in gates if gate.kind == "status"), None)
    for line in profile.document.lines:
        if line.decided_by is not None:
            lines[line.id] = _elsewhere(line, status)
    return lines, gates


def worst(policies: Gates, verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a group of ``verdicts``."""
    return Verdict(policies.gate("roll_up", {"counts": counts(verdicts)})["verdict"])


class _Roller:
    """Rolls findings up into lines."""

    def __init__(self, profile: Profile, found: Found, policies: Gates, as_of: datetime) -> None:
        self._profile = profile
        self._found = found
        self._policies = policies
        self._as_of = as_of

    def lines(self, reading: Callable[[Finding], Verdict]) -> Lines:
        """Return the verdict of every line that lines and findings decide, each finding counted by ``reading``."""
        lines: Lines = {}
        for name in self._profile.order:
            line = self._profile.line(name)
            if line.decided_by is None:
                lines[name] = self._line(line, lines, reading)
        return lines

    def _line(self, line: Line, lines: Lines, reading: Callable[[Finding], Verdict]) -> LineVerdict:
        own = self._found.get(line.id, ())
        members = [(reading(one), one.reason) for one in own]
        members += [(lines[one].verdict, lines[one].reason) for one in line.members]
        decision = self._policies.gate("roll_up", {"counts": counts([verdict for verdict, _ in members])})
        verdict = Verdict(decision["verdict"])
        reason = deciding_reason(verdict, members, decision["reason"])
        if line.when:
            condition = worst(self._policies, [lines[one].verdict for one in line.when])
            facts = {"condition": condition.value, "verdict": verdict.value, "reason": reason}
            decision = self._policies.gate("condition", facts)
            verdict, reason = Verdict(decision["verdict"]), decision["reason"]
        provisional = verdict is Verdict.PASS and (
            any(self._unsettled(line, one) for one in own) or any(lines[one].provisional for one in line.members)
        )
        return LineVerdict(line.id, line.title, verdict, reason, provisional)

    def _unsettled(self, line: Line, one: Finding) -> bool:
        settles = timedelta(seconds=line.settles_seconds)
        return bool(settles) and (one.window is None or self._as_of < one.window.end + settles)


def _settled(gate: Gate, as_of: datetime, anchors: Mapping[str, datetime]) -> bool:
    """Say whether a go/no-go point has waited as long as it has to."""
    if gate.after is None:
        return True
    after = anchors.get(gate.after)
    return after is not None and as_of >= after + timedelta(seconds=gate.settle_seconds)


def _gate(gate: Gate, lines: Lines, waived: Lines, policies: Gates, *, settled: bool) -> GateDecision:
    verdict = worst(policies, [lines[one].verdict for one in gate.lines])
    with_waivers = worst(policies, [waived[one].verdict for one in gate.lines])
    facts = {"verdict": verdict.value, "verdict_with_waivers": with_waivers.value, "settled": settled}
    decision = policies.gate(gate.kind, facts)["decision"]
    provisional = verdict is Verdict.PASS and any(lines[one].provisional for one in gate.lines)
    if verdict is Verdict.PASS and not settled:
        verdict = Verdict.INCONCLUSIVE
    return GateDecision(gate.id, gate.kind, decision, verdict, tuple(gate.lines), provisional)


def _status(gate: Gate, profile: Profile, lines: Lines, adjudicated: Lines, policies: Gates) -> GateDecision:
    counted = [name for name in _closure(gate.lines, profile) if profile.line(name).checklist]
    fired = [name for name in gate.triggers if lines[name].verdict is Verdict.FAIL]
    facts = {
        "counts": counts([lines[name].verdict for name in counted]),
        "executed": sum(lines[name].verdict is Verdict.FAIL for name in gate.executed),
        "fired": sum(adjudicated[name].verdict is Verdict.FAIL for name in fired),
        "adjudicated": sum(adjudicated[name].verdict is not Verdict.FAIL for name in fired),
        "no_go": sum(lines[name].reason == "no_go_recorded" for name in gate.no_go),
        "hard": sum(lines[name].verdict is Verdict.FAIL for name in gate.hard),
        "provisional": sum(lines[name].provisional for name in counted),
    }
    decided = policies.gate(gate.kind, facts)
    verdict = Verdict(decided["verdict"])
    return GateDecision(gate.id, gate.kind, decided["decision"], verdict, tuple(gate.lines), rule=decided["rule"])


def _closure(names: Iterable[str], profile: Profile) -> list[str]:
    """Return ``names`` and all their members, each once."""
    waiting = list(names)
    seen: list[str] = []
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.append(name)
            waiting += profile.line(name).members
    return seen


def _elsewhere(line: Line, status: str | None) -> LineVerdict:
    if line.decided_by == "verification":
        return LineVerdict(line.id, line.title, Verdict.INCONCLUSIVE, "decided_at_verification")
    if line.status == status:
        return LineVerdict(line.id, line.title, Verdict.PASS, "status_reached")
    return LineVerdict(line.id, line.title, Verdict.NOT_APPLICABLE, "other_status")
