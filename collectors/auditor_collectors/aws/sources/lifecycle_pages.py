"""Rules by which a bucket deletes, and after how many days that leaves nothing.

Rules kept here: a rule of everything is one whose name is empty; where no rule deletes everything, a row says so. What
has versions is not gone when it expires: its last version stays until a rule deletes earlier versions too, and for ever
without one. A rule that keeps a number of newer versions deletes some of them never. A date at which a rule deletes is
the days that are left until then.
Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditor_collectors.aws.sources.bucket_pages import SWITCH
from auditor_collectors.aws.sources.members import an_object
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, moment
from auditor_collectors.values import count, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor_collectors.answers import Answer, Page

EVERYTHING = ""


class Expiry(NamedTuple):
    """A rule in force: after how many days it deletes what is current, and what no longer is; None: it does not."""

    rule: str
    days: int | None
    earlier_days: int | None


def expiries(answer: Answer, pages: Sequence[Page]) -> list[Expiry]:
    """Return the rules in force that delete something."""
    found = [
        Expiry(_name(where, one), _days(where, one, answer), _earlier(where, one))
        for where, one in entries(pages, "Rules")
        if member(where, one, "Status", SWITCH) == "Enabled"
    ]
    return [one for one in found if (one.days, one.earlier_days) != (None, None)]


def retention(rules: Sequence[Expiry], *, versioned: bool) -> Iterator[tuple[str, int | None]]:
    """Yield the name of each rule that deletes what is current, and the days after which nothing of it is left."""
    earlier = _shortest((one.rule, one.earlier_days) for one in rules)
    kept = _shortest((one.rule, one.days) for one in rules)
    for name, days in sorted({EVERYTHING: None, **kept}.items()):
        if days is None or not versioned:
            yield name, days
            continue
        rest = [one for one in (earlier.get(name), earlier.get(EVERYTHING)) if one is not None]
        yield name, days + min(rest) if rest else None


def _shortest(named: Iterator[tuple[str, int | None]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, days in named:
        if days is not None:
            found[name] = min(days, found.get(name, days))
    return found


def _name(where: str, rule: dict[str, Any]) -> str:
    """Return the prefix of what a rule is of, and its id where it is narrowed by more than that."""
    scope = member(where, rule, "Filter", optional(an_object)) or {}
    narrowed = member(where, scope, "And", optional(an_object)) or scope
    prefix = member(where, narrowed, "Prefix", optional(text)) or member(where, rule, "Prefix", optional(text)) or ""
    if narrowed.keys() <= {"Prefix"}:
        return prefix
    return f"{prefix} ({member(where, rule, 'ID', optional(text)) or 'narrowed'})"


def _days(where: str, rule: dict[str, Any], answer: Answer) -> int | None:
    stated = member(where, rule, "Expiration", optional(an_object)) or {}
    date = member(where, stated, "Date", optional(moment))
    if date is not None:
        return max(0, (date - answer.answered_at).days)
    return member(where, stated, "Days", optional(count))


def _earlier(where: str, rule: dict[str, Any]) -> int | None:
    stated = member(where, rule, "NoncurrentVersionExpiration", optional(an_object)) or {}
    if stated.get("NewerNoncurrentVersions"):
        return None
    return member(where, stated, "NoncurrentDays", optional(count))
