"""What a changed policy or parameter would have decided of runs that were decided already.

Rules kept here: every bundle that was named stands in the answer, and how far it could be asked; what was refused, or
could not be decided, is never counted as the same; a line whose tables a bundle does not hold is not decided, so it is
no step back of the change, and no pass either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from auditor.core.comparison import REGRESSIONS, Comparison, Kind
from auditor.core.decisions_form import GateWord, Reason, VerdictWord
from auditor.core.reasons import sentence
from auditor.core.statement import Instant
from auditor.core.summary import ControlWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# compared: decided with the change, whatever came out. unconcerned: its profile binds nothing that the change sets.
# undecided: the change cannot be applied to it. refused: it is not verified. failed: a needed part failed.
Standing = Literal["compared", "unconcerned", "undecided", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of a control that is set otherwise, in one line or (line is null) wherever it is bound."""

    line: str | None
    control: str
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Lacking:
    """A control of a line that reads tables which the bundle does not hold, so that the line is not decided."""

    line: str
    control: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding, or one line that has no findings (control and resource are empty), decided otherwise, and why."""

    kind: Kind
    line: str
    title: str
    control: str
    resource: str
    old: VerdictWord | None
    new: VerdictWord | None
    old_reason: Reason | None
    new_reason: Reason | None
    old_said: str
    new_said: str


@dataclass(frozen=True, slots=True)
class GateMoved:
    """A gate that would have decided otherwise; null where there is no such gate."""

    gate: str
    old: GateWord | None
    new: GateWord | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a verified bundle says of its run."""

    release: str
    environment: str
    as_of: Instant
    profile: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One bundle. Where it was not compared, ``code`` (of a refusal) and ``message`` say why; ``run`` is once verified.

    ``bound`` is in how many places the change set a parameter. ``broken`` says whether a line that was decided fails,
    or is gone; ``blind`` whether one is not decided any more.
    """

    bundle: str
    path: str
    standing: Standing
    code: str | None = None
    message: str = ""
    run: Ran | None = None
    bound: int = 0
    broken: bool = False
    blind: bool = False
    changed: bool = False
    gates: tuple[GateMoved, ...] = ()
    differences: tuple[Difference, ...] = ()
    lacking: tuple[Lacking, ...] = ()
    policies: tuple[str, ...] = ()

    @property
    def regressed(self) -> bool:
        """Say whether the change takes a step back here; that tables are lacking is none."""
        return self.broken or (self.blind and not self.lacking)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Every bundle that was named, in order, under one change."""

    settings: tuple[Setting, ...]
    bundles: tuple[Outcome, ...]

    def count(self, standing: Standing) -> int:
        """Return how many bundles stand so."""
        return sum(one.standing == standing for one in self.bundles)

    @property
    def regressed(self) -> bool:
        """Say whether the change takes a step back anywhere."""
        return any(one.regressed for one in self.bundles)

    @property
    def changed(self) -> bool:
        """Say whether anything would have been decided otherwise anywhere."""
        return any(one.changed for one in self.bundles)

    @property
    def without_effect(self) -> bool:
        """Say whether parameters were to be set, and there is none of them in any bundle that could be asked."""
        asked = [one for one in self.bundles if one.standing in {"compared", "unconcerned"}]
        return bool(self.settings and asked) and not any(one.bound for one in asked)

    @property
    def undecided(self) -> bool:
        """Say whether the change could not be asked of a bundle, or of a line of one."""
        return any(one.standing == "undecided" or one.lacking for one in self.bundles)


@dataclass(frozen=True, slots=True)
class Side:
    """One reading of a run: its ``decisions.json``, and how its policies word findings (control id -> words)."""

    document: Mapping[str, Any]
    words: Mapping[str, ControlWords]


def moved_gates(found: Comparison) -> tuple[GateMoved, ...]:
    """Return the gates that decide otherwise."""
    return tuple(GateMoved(*one) for one in found.gates)


def differences(found: Comparison, old: Side, new: Side) -> Iterator[Difference]:
    """Yield what is decided otherwise: each line that moved, and each finding that did, with what is said of both."""
    before, after = _said(old), _said(new)
    for one in (*found.lines, *found.findings):
        key = (one.line, one.control, one.resource)
        said = before.get(key, ""), after.get(key, "")
        yield Difference(
            one.kind,
            one.line,
            one.title,
            one.control,
            one.resource,
            one.old,
            one.new,
            one.old_reason,
            one.new_reason,
            *said,
        )


def took_back(found: Comparison, *kinds: Kind) -> bool:
    """Say whether a line took a step back of one of ``kinds``."""
    return any(one.kind in REGRESSIONS and one.kind in kinds for one in found.lines)


def _said(side: Side) -> dict[tuple[str, str, str], str]:
    return {
        (one["line"], one["control"], one["resource"]): sentence(
            one["reason"], one["observed"], one["limit"], side.words.get(one["control"], ControlWords()).unit
        )
        for one in side.document["findings"]
    }
