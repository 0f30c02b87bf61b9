"""Pages of DescribeBudgets: what may be spent in the period that runs, and in those that are planned.

Rules kept here: a limit is rounded down to a billionth; the periods of a budget are those of the calendar, in UTC,
within the budget's own time; a limit is stated of the period of the answer only, for an earlier one may have had
another. What a budget counts (old filters or new expression) is not read: whose budget it is, the profile says. A
budget that AWS calls unhealthy is partial.
Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from auditor_collectors.jsonlines import member
from auditor_collectors.money import Currency, Row
from auditor_collectors.page_members import Parsed, Subject, entries, moment, name, one_of
from auditor_collectors.page_parts import part
from auditor_collectors.values import optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}
UNITS = ("DAILY", *MONTHS, "CUSTOM")
SECONDS = re.compile(r"[0-9]{1,10}")
UNIT = Currency(column="Unit")

Period = tuple[datetime, datetime]


def budgets(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the budgets of money; a subject for each says whether its figures can be trusted, one is of the list."""
    parsed, count = Parsed([]), 0
    for number, (where, document) in enumerate(entries(pages, "Budgets", required=False), start=1):
        count += 1
        if member(where, document, "BudgetType", name) != "COST":
            continue
        budget = member(where, document, "BudgetName", name)
        periods = _periods(where, document, answer.answered_at)
        for (start, end), limit in sorted(periods.items(), key=lambda one: one[0]):
            row = Row(where, number, limit)
            amount = {"amount_nano": row.nano("Amount", up=False), "currency": row.currency(UNIT)}
            parsed.add("budgets", name=budget, period_start=start, period_end=end, **amount)
        trusted = status if _healthy(where, document) or status != "ok" else "partial"
        parsed.subjects.append(Subject(budget, trusted, len(periods)))
    parsed.subjects.append(Subject("", status, count))
    return parsed


def unhealthy(pages: Sequence[Page]) -> set[str]:
    """Return the names of the budgets whose figures AWS itself does not trust."""
    listing = entries(pages, "Budgets", required=False)
    return {member(*one, "BudgetName", name) for one in listing if not _healthy(*one)}


def names(pages: Sequence[Page]) -> list[str]:
    """Return the names of all budgets, sorted."""
    return sorted({member(*one, "BudgetName", name) for one in entries(pages, "Budgets", required=False)})


def _healthy(where: str, document: dict[str, Any]) -> bool:
    return member(where, part(where, document, "HealthStatus"), "Status", optional(name)) in {None, "HEALTHY"}


def _periods(where: str, document: dict[str, Any], now: datetime) -> dict[Period, dict[str, Any]]:
    """Return the limit of each period that is stated, within the time of the budget."""
    unit = member(where, document, "TimeUnit", one_of(*UNITS))
    bounds = part(where, document, "TimePeriod")
    first, last = (member(where, bounds, key, optional(moment)) for key in ("Start", "End"))
    planned = part(where, document, "PlannedBudgetLimits")
    limits = {_epoch(where, key): part(where, planned, key) for key in planned}
    if "BudgetLimit" in document:
        limits.setdefault(now if unit != "CUSTOM" or first is None else first, part(where, document, "BudgetLimit"))
    found: dict[Period, dict[str, Any]] = {}
    for at, limit in sorted(limits.items(), key=lambda one: one[0]):
        start, end = (at, last or at) if unit == "CUSTOM" else _around(at, unit)
        start, end = max(start, first or start), min(end, last or end)
        if start < end:
            found.setdefault((start, end), limit)
    return found


def _around(at: datetime, unit: str) -> Period:
    """Return the period of the calendar that holds ``at``."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "DAILY":
        return day, day + timedelta(days=1)
    months = MONTHS[unit]
    start = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    after = start.month - 1 + months
    return start, start.replace(year=start.year + after // 12, month=after % 12 + 1)


def _epoch(where: str, key: str) -> datetime:
    """Return the start of a planned period, whose name is seconds since the epoch."""
    return member(where, {key: Decimal(key) if SECONDS.fullmatch(key) else key}, key, moment)
