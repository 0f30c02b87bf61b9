"""Rehearsals of procedures: one JSON object a line, with the members that ``auditor.toml`` declares.

Rules kept here: those of ``auditor_collectors.recorded``; an outcome that the mapping does not name is refused, so none
is taken for a success; a duration is rounded up, so that a limit is never met by rounding.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from auditor_collectors.jsonlines import member
from auditor_collectors.mapping import Strict
from auditor_collectors.options import Values, problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves, listed
from auditor_collectors.values import count, duration, not_after, one_of, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Members(Strict):
    """Where each fact stands in a record."""

    id: str = "id"
    at: str = "at"
    procedure: str = "procedure"
    level: str | None = None
    outcome: str = "outcome"
    duration: str | None = None


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "drills"``."""

    members: Members = Members()
    procedures: Values = Field(min_length=1)
    outcomes: dict[str, Literal["passed", "failed", "aborted"]] = Field(min_length=1)
    duration_unit: Literal["s", "ms", "us"] = "s"


EXAMPLE = """\
# Rehearsals of procedures, one JSON object a line. A procedure that is not listed becomes "undeclared".
[sources.drills]
kind = "drills"
files = ["drills/*.jsonl"]
procedures = ["rollback", "emergency_shutdown"]
outcomes = { success = "passed", failure = "failed", aborted = "aborted" }
duration_unit = "s"

[sources.drills.members]                 # id, at, procedure and outcome are so called unless you say otherwise
level = "level"
duration = "durationSeconds"
"""


class DrillsCollector:
    """Reads records of rehearsals."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield rehearsals and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        return collected("drills", "drill", wanted, context, partial(_drill, wanted, context))


def _drill(wanted: Options, context: CollectContext, where: str, document: dict[str, Any]) -> dict[str, Any]:
    names = wanted.members
    level = member(where, document, names.level, optional(count)) if names.level else None
    took = optional(partial(duration, unit=wanted.duration_unit))
    return {
        "event_time": member(where, document, names.at, partial(not_after, context=context)),
        **halves("drill", where, document, names.id),
        "procedure": member(where, document, names.procedure, listed(wanted.procedures)),
        "level": level or 0,
        "outcome": member(where, document, names.outcome, partial(one_of, known=wanted.outcomes)),
        "duration_us": member(where, document, names.duration, took) if names.duration else None,
    }
