"""Instants of JSON documents that are read one by one: refused by file, row and member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors import values
from auditor_collectors.batches import refuse_row
from auditor_collectors.jsonlines import AGAIN

if TYPE_CHECKING:
    from datetime import datetime


def instant(name: str, number: int, member: str, value: Any) -> datetime:
    """Return the instant that ``value`` states, in UTC, or refuse it by file, row and member."""
    try:
        return values.instant(value)
    except ValueError as error:
        raise refuse_row(name, number, member, value, str(error), remedy=AGAIN) from error
