"""Budgets of an account: what may be spent, and of what it warns.

Rules kept here: a budget is asked for with its new filter expression, for one that has it may be left out of the answer
otherwise; the notifications of a budget that AWS calls unhealthy rest on figures that it does not trust: partial.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor_collectors import budget_pages
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import facts_of, stated
from auditor_collectors.aws.sources.stores import NoOptions
from auditor_collectors.aws_answers import parsed_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

# What was spent is read from Cost Explorer, day by day; filters may name people, projects and tags.
HIDDEN = ("CostFilters", "FilterExpression", "CalculatedSpend")
GONE = ("NotFoundException",)  # deleted since it was listed
BUDGETS = Operation("budgets", "DescribeBudgets", ("budgets:ViewBudget",), reach="account", hidden=HIDDEN)
NOTIFICATIONS = Operation(
    "budgets", "DescribeNotificationsForBudget", ("budgets:ViewBudget",), reach="account", absent_errors=GONE
)

EXAMPLE = """\
# Budgets of an account, and of what each warns.
[sources.aws_budgets]
kind = "aws_budgets"
accounts = ["111122223333"]
role = "auditor"
regions = ["us-east-1"]
home_region = "us-east-1"                # where Budgets is asked, whatever regions are used
"""


class BudgetsSource:
    """Asks AWS Budgets."""

    operations: tuple[Operation, ...] = (BUDGETS, NOTIFICATIONS)
    options: type[BaseModel] = NoOptions
    reach = "account"
    example = EXAMPLE

    def facts(self, _options: NoOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the budgets of an account."""
        reply = ask(BUDGETS, place, {"AccountId": place.account, "ShowFilterExpression": True})
        listing = yield from facts_of(reply)
        doubted = budget_pages.unhealthy(listing.pages)
        for budget in budget_pages.names(listing.pages):
            wanted = {"AccountId": place.account, "BudgetName": budget}
            found = ask(NOTIFICATIONS, place, wanted, subject=budget)
            answer, pages = found.answer, list(found.pages)
            if budget in doubted and answer.status == "ok":
                answer = replace(answer, status="partial")
            yield from stated(answer, parsed_of(answer, pages, {}))


class BudgetsCollector(AwsCollector):
    """Collects what AWS Budgets answers."""

    source = BudgetsSource()
