"""Local days: an instant as the day on which it falls in a declared time zone, whole days since 1970-01-01.

Rules kept here: a zone is a name of the IANA database, as this machine has it; the law counts in local days, and a
policy never needs a zone. The least offset of a zone from UTC in the year after an instant says when a day has
certainly ended.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from datetime import datetime

EPOCH = date(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
WEEKS = 53


def zone_name(name: str) -> str:
    """Return ``name``, which is that of a time zone; else ``ValueError``."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone here, expected a name such as Europe/Berlin") from error
    return name


def local_day(moment: datetime, zone: ZoneInfo) -> int:
    """Return the day of ``moment`` in ``zone``."""
    return (moment.astimezone(zone).date() - EPOCH).days


def least_offset_us(moment: datetime, zone: ZoneInfo) -> int:
    """Return the least offset of ``zone`` from UTC in the year after ``moment``, looked at week by week."""
    weeks = ((moment + timedelta(weeks=week)).astimezone(zone) for week in range(WEEKS + 1))
    return min((at.utcoffset() or timedelta()) // MICROSECOND for at in weeks)
