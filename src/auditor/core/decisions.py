"""``decisions.json``: every finding, line and gate of a run as one JSON document.

Rules kept here: the document holds what was decided and what it rests on, and nothing about how or where it was
computed (no clock, engine name or path), so that a replay gives the same bytes. Instants are RFC 3339 UTC, durations
and counts integers, money and ratios decimal strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from auditor.core.prior_verdicts import history_document
from auditor.model import Finding, GateDecision, LineVerdict, Scope, Verdict, Window, isoformat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

SCHEMA_VERSION = 1


class _Profile(Protocol):
    """What is needed of a profile here (auditor.adapters.policies.profile.Profile)."""

    @property
    def sha256(self) -> str: ...
    @property
    def document(self) -> Any: ...
    @property
    def bound(self) -> Mapping[str, Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decided run: typed for the program, ``document`` for the archive."""

    result: Verdict
    gates: tuple[GateDecision, ...]
    lines: tuple[LineVerdict, ...]
    findings: tuple[Finding, ...]
    document: dict[str, Any]


def assemble(
    scope: Scope,
    as_of: datetime,
    profile: _Profile,
    lines: Mapping[str, LineVerdict],
    gates: Sequence[GateDecision],
    found: Mapping[str, Sequence[Finding]],
    result: Verdict,
    prior: Iterable[dict[str, Any]] = (),
) -> Decisions:
    """Put a run together: gates and lines in the profile's order, findings by line, control and resource.

    ``prior`` are the rows of table ``prior_verdicts``, what earlier runs decided.
    """
    ordered = [lines[line.id] for line in profile.document.lines]
    all_findings = sorted(
        (one for group in found.values() for one in group), key=lambda one: (one.line, one.control, one.resource)
    )
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "scope": scope_document(scope),
        "asOf": isoformat(as_of),
        "profile": {"id": profile.document.id, "sha256": profile.sha256},
        "result": result.value,
        "gates": [
            {
                "gate": gate.gate,
                "title": title.title,
                "kind": gate.kind,
                "decision": gate.decision,
                "verdict": gate.verdict.value,
                "provisional": gate.provisional,
                "rule": gate.rule,
                "lines": list(gate.lines),
            }
            for gate, title in zip(gates, profile.document.gates, strict=True)
        ],
        "lines": [_line(one, line, profile) for one, line in zip(ordered, profile.document.lines, strict=True)],
        "findings": [_finding(one) for one in all_findings],
        "history": history_document(prior),
    }
    return Decisions(result, tuple(gates), tuple(ordered), tuple(all_findings), document)


def gate_controls(document: Mapping[str, Any], gate: str) -> frozenset[str]:
    """Return the ids of the controls that decide ``gate``, by its lines and their members, in parsed decisions.

    Raises ``KeyError`` for an unknown gate, ``LookupError`` or ``TypeError`` where the document is of another format.
    """
    lines = {line["line"]: line for line in document["lines"]}
    waiting = list({one["gate"]: one for one in document["gates"]}[gate]["lines"])
    seen: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen[name] = lines[name]
            waiting += lines[name]["members"]
    return frozenset(one["control"] for line in seen.values() for one in line["controls"])


def scope_document(scope: Scope) -> dict[str, str]:
    """Return ``scope`` as JSON."""
    return {
        "system": scope.system,
        "environment": scope.environment,
        "release": scope.release,
        "phase": scope.phase,
    }


def _line(verdict: LineVerdict, line: Any, profile: _Profile) -> dict[str, Any]:
    controls = [{"control": one.control.id, "parameters": one.parameters} for one in profile.bound[line.id]]
    return {
        "line": verdict.line,
        "title": verdict.title,
        "checklist": list(line.checklist),
        "verdict": verdict.verdict.value,
        "reason": verdict.reason,
        "provisional": verdict.provisional,
        "controls": controls,
        "members": list(line.members),
        "decidedBy": line.decided_by,
        "signOff": line.sign_off,
        "role": line.role,
        "latched": line.latched,
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "line": one.line,
        "control": one.control,
        "resource": one.resource,
        "members": one.members,
        "verdict": one.verdict.value,
        "reason": one.reason,
        "observed": one.observed,
        "limit": one.limit,
        "sampleSize": one.sample_size,
        "window": _window(one.window) if one.window else None,
        "evidence": one.evidence,
        "waivers": list(one.waivers),
        "adjudications": list(one.adjudications),
    }


def _window(window: Window) -> dict[str, str]:
    return {"start": isoformat(window.start), "end": isoformat(window.end)}
