"""Instants of JSON documents that are read in Python: RFC 3339 with a zone, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from auditor_collectors.batches import RFC3339, refuse_row
from auditor_collectors.jsonlines import AGAIN


def instant(name: str, number: int, member: str, value: Any) -> datetime:
    """Return the instant that ``value`` states, in UTC, or refuse it by file, row and member."""
    expected = "an RFC 3339 instant with a time zone, e.g. 2025-01-14T12:00:00Z"
    if not isinstance(value, str) or not re.match(RFC3339, value):
        raise refuse_row(name, number, member, value, expected, remedy=AGAIN)
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise refuse_row(name, number, member, value, expected, remedy=AGAIN) from error
    if not 1970 < moment.year < 9999:  # noqa: PLR2004 - from the epoch on; an edge of the calendar has no UTC
        raise refuse_row(name, number, member, value, "an instant of the years 1971 to 9998", remedy=AGAIN)
    return moment.astimezone(UTC)
