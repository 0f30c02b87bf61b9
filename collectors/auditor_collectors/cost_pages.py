"""Pages of GetCostAndUsage by service: what each service cost in each period.

Rules kept here: the start of a period is in it and its end is not; an amount is exact and rounded up to a billionth;
one below zero counts as nothing, for a credit would hide what was spent; what may still change is an estimate, and so
is what does not say. A declared service that a period does not list has cost nothing in it only where that bill is
closed, or a later period lists the service: until then it is not known. A service that names Bedrock and that nobody
declared is kept, and is a subject of its own that is partial.
Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.money import Currency, Row
from auditor_collectors.page_members import Parsed, Subject, entries, listed
from auditor_collectors.page_parts import part
from auditor_collectors.values import boolean, instant, optional

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from auditor_collectors.answers import Answer, Page

METRIC = "UnblendedCost"
UNIT = Currency(column="Unit")
BEDROCK = "bedrock"

Period = tuple[datetime, datetime]
Amount = tuple[int, str]


@dataclass(slots=True)
class _Bill:
    """Amounts by service and period, and of each period whether it may still change."""

    estimated: dict[Period, bool] = field(default_factory=dict)
    amounts: dict[tuple[str, Period], Amount] = field(default_factory=dict)


def costs(answer: Answer, pages: Sequence[Page], status: str, services: Collection[str] = ()) -> Parsed:
    """Return what each of ``services`` cost, or every service where none is declared."""
    bill = _bill(pages)
    unmatched = {
        service for service, _ in bill.amounts if services and service not in services and BEDROCK in service.casefold()
    }
    kept = {key: one for key, one in bill.amounts.items() if not services or key[0] in {*services, *unmatched}}
    if status == "ok":
        kept |= _nothing(bill, services)
    parsed = Parsed([])
    for (service, period), (amount, currency) in sorted(kept.items()):
        parsed.add(
            "costs",
            period_start=period[0],
            period_end=period[1],
            service=service,
            amount_nano=amount,
            currency=currency,
            estimated=bill.estimated[period],
            available_at=None,
        )
    asked = part(f"{answer.where}, request", answer.request, "TimePeriod")
    first, last = (member(f"{answer.where}, request", asked, key, day) for key in ("Start", "End"))
    parsed.subjects.append(Subject("", status, len(kept), first, last))
    for service in sorted(unmatched):
        number = sum(one == service for one, _ in kept)
        parsed.subjects.append(Subject(service, "partial" if status == "ok" else status, number, first, last))
    return parsed


def _bill(pages: Sequence[Page]) -> _Bill:
    """Return what the pages list, of which several may be of one period."""
    bill = _Bill()
    for where, document in entries(pages, "ResultsByTime"):
        place = part(where, document, "TimePeriod")
        period = member(where, place, "Start", day), member(where, place, "End", day)
        if period[0] >= period[1]:
            raise CollectionError(f"{where}: its period ends before it starts", remedy=AGAIN)
        estimated = member(where, document, "Estimated", optional(boolean)) is not False
        bill.estimated[period] = estimated or bill.estimated.get(period, False)
        for number, group in enumerate(member(where, document, "Groups", listed), start=1):
            one = f"{where}, Groups {number}"
            if not isinstance(group, dict):
                raise CollectionError(f"{one}: is no object", remedy=AGAIN)
            service, amount = _group(one, group)
            if bill.amounts.setdefault((service, period), amount) != amount:
                raise CollectionError(f"{one}: {service!r} is there twice, with another amount", remedy=AGAIN)
    return bill


def _group(where: str, group: dict[str, Any]) -> tuple[str, Amount]:
    keys = member(where, group, "Keys", listed)
    spent = dict(part(where, part(where, group, "Metrics"), METRIC))
    stated = spent.get("Amount")
    below = isinstance(stated, str) and stated.startswith("-")
    if isinstance(stated, str):
        spent["Amount"] = stated.removeprefix("-")
    row = Row(where, 1, spent | {"Keys": keys[0] if len(keys) == 1 else None})
    amount = row.nano("Amount", up=True)
    return row.text("Keys"), (0 if below else amount, row.currency(UNIT))


def _nothing(bill: _Bill, services: Collection[str]) -> dict[tuple[str, Period], Amount]:
    """Return the declared services that cost nothing in a period, as far as that is known."""
    units = {currency for _, currency in bill.amounts.values()}
    if len(units) != 1:
        return {}
    (unit,) = units
    last = {service: max(one for of, one in bill.amounts if of == service) for service, _ in bill.amounts}
    return {
        (service, period): (0, unit)
        for service in services
        for period, estimated in bill.estimated.items()
        if (service, period) not in bill.amounts and service in last and (not estimated or period < last[service])
    }


def day(value: Any) -> datetime:
    """Return the instant at which a day, or an hour, begins in UTC."""
    return instant(f"{value}T00:00:00Z" if isinstance(value, str) and "T" not in value else value)
