"""Validations against labelled truth: one JSON object a line, with the members that ``auditor.toml`` declares.

Rules kept here: those of ``auditor_collectors.recorded``; counts, never a ratio: 85.0 of a report may be rounded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.mapping import Strict
from auditor_collectors.options import Values, problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves, listed
from auditor_collectors.values import count, not_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Members(Strict):
    """Where each fact stands in a record."""

    id: str = "id"
    at: str = "at"
    name: str = "name"
    correct: str = "correct"
    total: str = "total"


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "validations"``."""

    members: Members = Members()
    names: Values = Field(min_length=1)


EXAMPLE = """\
# How often the system was right, on cases whose truth is labelled: one JSON object a line.
[sources.validations]
kind = "validations"
files = ["validations/*.jsonl"]
names = ["gap_detection"]                # what is not listed becomes "undeclared"

[sources.validations.members]            # id, name, correct and total are so called unless you say otherwise
at = "evaluatedAt"
"""


class ValidationsCollector:
    """Reads records of validations."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield validations and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        return collected("validations", "validation", wanted, context, partial(_validation, wanted, context))


def _validation(wanted: Options, context: CollectContext, where: str, document: dict[str, Any]) -> dict[str, Any]:
    names = wanted.members
    correct, total = (member(where, document, name, count) for name in (names.correct, names.total))
    if correct > total:
        raise CollectionError(f"{where}: {correct} correct of {total}, expected no more than all", remedy=AGAIN)
    return {
        "event_time": member(where, document, names.at, partial(not_after, context=context)),
        **halves("validation", where, document, names.id),
        "name": member(where, document, names.name, listed(wanted.names)),
        "correct": correct,
        "total": total,
    }
