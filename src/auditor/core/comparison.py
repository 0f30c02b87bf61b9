"""What changed between two decided runs of a profile: verdicts, values, parameters and policies.

Rules kept here: a line that passed and is not decided any more became blind, which is a step back like a fail; a line
that is gone after it had passed is one too; of a verdict that stays, value, parameter or policy may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from auditor.core.decisions_form import GateWord, Reason, VerdictWord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["broken", "blind", "gone", "fixed", "new", "changed"]
# What is a step back: what had passed, or was decided, does not any more.
REGRESSIONS: frozenset[Kind] = frozenset({"broken", "blind", "gone"})


@dataclass(frozen=True, slots=True)
class Moved:
    """One line, or one finding of it (``resource``), of which the verdict changed; None where it is not there."""

    kind: Kind
    line: str
    title: str
    control: str
    resource: str
    old: VerdictWord | None
    new: VerdictWord | None
    old_reason: Reason | None
    new_reason: Reason | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One finding whose verdict stayed, and whose observed value or limit did not."""

    line: str
    control: str
    resource: str
    verdict: VerdictWord
    old: tuple[Any, Any]
    new: tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a control in a line that is set otherwise."""

    line: str
    control: str
    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side. ``policies`` are files that differ; ``gates`` are (gate, old decision, new decision)."""

    lines: tuple[Moved, ...]
    findings: tuple[Moved, ...]
    measured: tuple[Measured, ...]
    parameters: tuple[Parameter, ...]
    policies: tuple[str, ...]
    gates: tuple[tuple[str, GateWord | None, GateWord | None], ...]

    @property
    def regressed(self) -> bool:
        """Say whether a line took a step back."""
        return any(one.kind in REGRESSIONS for one in self.lines)

    @property
    def changed(self) -> bool:
        """Say whether anything is otherwise."""
        return any((self.lines, self.findings, self.measured, self.parameters, self.policies, self.gates))


def compare(
    old: Mapping[str, Any], new: Mapping[str, Any], old_policies: Mapping[str, str], new_policies: Mapping[str, str]
) -> Comparison:
    """Compare two ``decisions.json`` and the files of their policies (path -> SHA-256)."""
    before, after = _lines(old), _lines(new)
    found_before, found_after = _findings(old), _findings(new)
    gates_before, gates_after = ({one["gate"]: one["decision"] for one in run["gates"]} for run in (old, new))
    names = sorted({*old_policies, *new_policies})
    return Comparison(
        tuple(_moved(before, after)),
        tuple(_moved(found_before, found_after)),
        tuple(_measured(found_before, found_after)),
        tuple(_parameters(before, after)),
        tuple(name for name in names if old_policies.get(name) != new_policies.get(name)),
        tuple(
            (gate, gates_before.get(gate), gates_after.get(gate))
            for gate in sorted({*gates_before, *gates_after})
            if gates_before.get(gate) != gates_after.get(gate)
        ),
    )


Key = tuple[str, str, str]


def _lines(run: Mapping[str, Any]) -> dict[Key, dict[str, Any]]:
    return {(one["line"], "", ""): one for one in run["lines"]}


def _findings(run: Mapping[str, Any]) -> dict[Key, dict[str, Any]]:
    titles = {one["line"]: one["title"] for one in run["lines"]}
    return {
        (one["line"], one["control"], one["resource"]): {**one, "title": titles[one["line"]]} for one in run["findings"]
    }


def _moved(before: Mapping[Key, Mapping[str, Any]], after: Mapping[Key, Mapping[str, Any]]) -> Iterator[Moved]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        there = new or old or {}
        kind = _kind(old["verdict"] if old else None, new["verdict"] if new else None)
        if kind is None:
            continue
        yield Moved(
            kind,
            key[0],
            there["title"],
            key[1],
            key[2],
            old["verdict"] if old else None,
            new["verdict"] if new else None,
            old["reason"] if old else None,
            new["reason"] if new else None,
        )


def _kind(old: str | None, new: str | None) -> Kind | None:
    """Return what became of a verdict; None when it stayed."""
    if old == new:
        return None
    if new is None:
        return "gone" if old == "pass" else "changed"
    if old is None:
        return "new"
    if new == "fail":
        return "broken"
    if new == "inconclusive":
        return "blind"
    return "fixed" if new == "pass" and old in {"fail", "inconclusive"} else "changed"


def _measured(before: Mapping[Key, Mapping[str, Any]], after: Mapping[Key, Mapping[str, Any]]) -> Iterator[Measured]:
    for key in sorted(before.keys() & after.keys()):
        old, new = before[key], after[key]
        if old["verdict"] != new["verdict"]:
            continue
        values = (old["observed"], old["limit"]), (new["observed"], new["limit"])
        if values[0] != values[1]:
            yield Measured(*key, new["verdict"], *values)


def _parameters(before: Mapping[Key, Mapping[str, Any]], after: Mapping[Key, Mapping[str, Any]]) -> Iterator[Parameter]:
    for key in sorted(before.keys() & after.keys()):
        old = {one["control"]: one["parameters"] for one in before[key]["controls"]}
        new = {one["control"]: one["parameters"] for one in after[key]["controls"]}
        for control in sorted(old.keys() & new.keys()):
            for name in sorted({*old[control], *new[control]}):
                values = old[control].get(name), new[control].get(name)
                if values[0] != values[1]:
                    yield Parameter(key[0], control, name, *values)
