"""The words of the product as data: scope, window, verdict, finding, line, gate decision.

Rules kept here: values are frozen; instants are timezone-aware UTC; a window is half-open
``[start, end)`` of event time; nothing here reads a clock, a file or an engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

MICROSECONDS = 1_000_000


class Verdict(StrEnum):
    """Outcome of a decision. For a trigger, ``FAIL`` means that it fired."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is audited: system, environment and release (commit or artifact digest), and its phase."""

    system: str
    environment: str
    release: str
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open period ``[start, end)`` of event time, UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if getattr(self, name).tzinfo is None:
                message = f"window {name} has no time zone: {getattr(self, name)!r}"
                raise ValueError(message)
        if self.end <= self.start:
            message = f"window ends at {self.end.isoformat()}, not after its start {self.start.isoformat()}"
            raise ValueError(message)

    @property
    def start_us(self) -> int:
        """Start in integer microseconds since the Unix epoch."""
        return epoch_us(self.start)

    @property
    def end_us(self) -> int:
        """End in integer microseconds since the Unix epoch."""
        return epoch_us(self.end)


@dataclass(frozen=True, slots=True)
class Finding:
    """One decision: (line, control, resource) with the verdict and what it rests on.

    ``members`` is how many members of the population the row stands for. ``observed`` and
    ``limit`` are JSON values as the policy gave them; ``evidence`` is the row of the query. ``waivers`` and
    ``adjudications`` are digests of what people signed about it; the verdict stays what it is. ``window`` is None while
    the instants that it is counted from are not known.
    """

    line: str
    control: str
    resource: str
    members: int
    verdict: Verdict
    reason: str
    observed: Any
    limit: Any
    sample_size: int | None
    window: Window | None
    evidence: dict[str, Any] = field(default_factory=dict)
    waivers: tuple[str, ...] = ()
    adjudications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """A line of the profile with the verdict rolled up from its findings or member lines.

    A ``provisional`` pass rests on sources that have not settled: a later run has to confirm it.
    """

    line: str
    title: str
    verdict: Verdict
    reason: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class GateDecision:
    """A gate: its decision word and verdict.

    The words are ``go``, ``pass_with_waiver``, ``no_go`` of a go/no-go point, ``rollback``, ``continue``, ``undecided``
    of a trigger, ``successful``, ``partial``, ``failed`` of a release; ``rule`` is then what made it so.
    """

    gate: str
    kind: str
    decision: str
    verdict: Verdict
    lines: tuple[str, ...]
    provisional: bool = False
    rule: str = ""


def epoch_us(moment: datetime) -> int:
    """Return ``moment`` (aware) in integer microseconds since the Unix epoch, exactly."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * MICROSECONDS + delta.microseconds


def isoformat(moment: datetime) -> str:
    """Return ``moment`` in RFC 3339 UTC with a ``Z``, microseconds only when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
