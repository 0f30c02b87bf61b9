"""The METADATA of a control: what it is, what it needs, and the typed parameters that a line must give it.

Rules kept here: a parameter that is missing, unknown or of another type is refused before anything is evaluated, and
every problem is named at once; a threshold never lives in a policy. The annotations are those of OPA
(https://www.openpolicyagent.org/docs/policy-language#annotations); ``custom`` holds ours.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MILLION = 1_000_000
PERCENT = 100
READINGS = ("binomial", "bootstrap", "rank_test", "trend")
ID = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"


class Strict(BaseModel):
    """Base of documents from outside: unknown keys are refused, values are never coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Parameter(Strict):
    """One declared parameter; ``unit`` is that of the value, ``items`` the type of an array's members."""

    type: Literal["integer", "string", "boolean", "array"]
    description: str = Field(min_length=1)
    items: Literal["integer", "string"] | None = None
    unit: str = ""
    enum: list[str] | None = None
    nullable: bool = False
    default: Any = None

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with ``value``, or return None."""
        if value is None:
            return None if self.nullable else "is missing"
        if self.type == "array":
            if not isinstance(value, list) or not value:
                return f"is {value!r}, expected a non-empty array of {self.items}"
            wrong = [member for member in value if not _is(self.items or "string", member)]
            return f"holds {wrong[0]!r}, expected only {self.items} members" if wrong else None
        if not _is(self.type, value):
            return f"is {value!r} ({type(value).__name__}), expected {self.type}"
        if self.enum is not None and value not in self.enum:
            return f"is {value!r}, expected one of {', '.join(self.enum)}"
        return None


class Requirement(Strict):
    """Another control that every line of this control also has to satisfy, with parameters it fixes."""

    control: str = Field(pattern=ID)
    parameters: dict[str, Any] = Field(default_factory=dict)


class Binomial(Strict):
    """Which columns are events, trials and unknown trials, and the largest share that is still good.

    The share is fixed (``share``: numerator and denominator), or a parameter in parts per million (``share_ppm``: its
    name).
    """

    events: str
    trials: str
    unknown: str
    share: tuple[int, int] | None = Field(default=None, strict=False)
    share_ppm: str | None = None

    @model_validator(mode="after")
    def _one_share(self) -> Binomial:
        if (self.share is None) == (self.share_ppm is None):
            raise ValueError("needs either share or share_ppm, not both and not none")
        return self

    def share_of(self, parameters: dict[str, Any]) -> tuple[int, int] | None:
        """Return the share as (numerator, denominator), or None when the parameters give none between 0 and 1."""
        if self.share is not None:
            return self.share
        parts = parameters.get(self.share_ppm or "")
        return (parts, MILLION) if isinstance(parts, int) and 0 < parts < MILLION else None


class Bootstrap(Strict):
    """Which columns hold the minutes, as lists of [completed, offered], and which parameters say how they are compared.

    ``current`` holds what is unknown at its worst and ``current_best`` at its best; ``margin_percent`` and
    ``block_minutes`` name parameters.
    """

    current: str
    current_best: str
    baseline: str
    margin_percent: str
    block_minutes: str

    def settings_of(self, parameters: dict[str, Any]) -> tuple[int, int] | None:
        """Return margin and length of a block, or None when the parameters give none that can be."""
        margin, block = parameters.get(self.margin_percent), parameters.get(self.block_minutes)
        if not (isinstance(margin, int) and isinstance(block, int)):
            return None
        return (margin, block) if 0 <= margin < PERCENT and block >= 1 else None


class RankTest(Strict):
    """Which columns hold what a Mann-Whitney test compares: is the ``first`` sample lower than the ``second``?

    ``first`` and ``second`` are their sizes; ``wins`` (pairs in which the first is lower, twice, and ties once) and
    ``ties`` (sum of t^3 - t) may be decimal texts, for they outgrow an integer of JSON; ``groups`` is a list of
    [first, second] counts of each value in ascending order, or null when the samples are large.
    """

    first: str
    second: str
    wins: str
    ties: str
    groups: str


class Trend(Strict):
    """Which column holds the periods, as a list of [events, trials, unknown], whose share of events may not rise."""

    periods: str


class ControlMetadata(Strict):
    """The METADATA of one control; ``id`` is its path.

    ``early_fail``: nothing that comes later in the window can mend a fail, so it holds before the window's end.
    """

    id: str = Field(pattern=ID)
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    severity: Literal["critical", "high", "medium", "low"]
    evidence_for: list[str] = Field(min_length=1)
    parameters: dict[str, Parameter]
    requires: list[Requirement] = Field(default_factory=list)
    population: Literal["resource"] = "resource"
    members: str | None = None
    sample_size: str | None = None
    binomial: Binomial | None = None
    bootstrap: Bootstrap | None = None
    rank_test: RankTest | None = None
    trend: Trend | None = None
    trigger: bool = False
    early_fail: bool = False
    waivable: bool = True
    unit: str = ""

    @model_validator(mode="after")
    def _one_reading(self) -> ControlMetadata:
        given = [name for name in READINGS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"has the readings {' and '.join(given)}, but only one can be the assured one")
        return self

    def effective(self, given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return this control's parameters out of ``given`` with defaults filled in, and every problem found."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, parameter in sorted(self.parameters.items()):
            value = given.get(name, parameter.default)
            problem = parameter.problem(value)
            if problem:
                problems.append(f"parameter {name!r} of control {self.id} {problem}")
            values[name] = value
        return values, problems


def _is(kind: str, value: Any) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str)
