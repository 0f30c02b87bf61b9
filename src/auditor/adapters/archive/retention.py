"""How long what is kept, by the class of data in it, as its owner declared.

Rules kept here: a class that nobody declared anything about is refused and not kept for some default; a bundle is kept
as long as the longest-lived class in it, for a part of it proves nothing; the time runs from the archiving.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

ATTESTATION = "attestation"
CLASSES = (ATTESTATION, "internal", "pseudonymised", "personal")
MAX_DAYS = 36_500
MARGIN = timedelta(days=1)


def read_retention(declared: Iterable[str]) -> dict[str, int]:
    """Return class -> days of ``CLASS=DAYS`` texts. Raises ``UsageError``."""
    found: dict[str, int] = {}
    for text in declared:
        name, _, days = text.partition("=")
        right = name in CLASSES and name not in found and days.isascii() and days.isdecimal()
        if not right or not 0 < int(days) <= MAX_DAYS:
            raise UsageError(
                f"{text!r}: no retention of a class of data",
                remedy=f"give CLASS=DAYS once for each of {', '.join(CLASSES)}; at most {MAX_DAYS} days",
            )
        found[name] = int(days)
    return found


def retain(declared: Mapping[str, int], classes: Iterable[str]) -> timedelta:
    """Return how long something of these classes is kept. Raises ``UsageError`` for a class not declared."""
    wanted = set(classes)
    missing = sorted(wanted - declared.keys())
    if missing or not wanted:
        raise UsageError(
            f"no retention is declared of {', '.join(missing) or 'anything'}",
            remedy=f"declare it: {' '.join(f'--retain {one}=DAYS' for one in missing)}",
        )
    return timedelta(days=max(declared[one] for one in wanted))


def retain_until(now: datetime, kept: timedelta) -> datetime:
    """Return the instant to lock until: a day more than declared, so that a store's clock may differ from ours."""
    return (now + kept + MARGIN).replace(microsecond=0)
