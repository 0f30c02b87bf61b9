"""What each service cost, from Cost Explorer.

Rules kept here: the bill is asked for without credits and refunds, which would hide what was spent; it ends with the
day of the collection, whose amounts are estimates; each page is paid for, so one account is asked, once: the one that
pays, whose bill holds those of its members.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor_collectors import cost_pages
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.options import Account  # noqa: TC001 - pydantic reads it
from auditor_collectors.aws.parsed import stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

COSTS = Operation(
    "ce",
    "GetCostAndUsage",
    ("ce:GetCostAndUsage",),
    reach="account",
    token=("NextPageToken", "NextPageToken"),
    per_second=1,
    price_nano_usd=10_000_000,
)
NOT_SPENT = ["Credit", "Refund"]

EXAMPLE = """\
# What each service cost. Asking costs 0.01 USD a page.
[sources.aws_cost_explorer]
kind = "aws_cost_explorer"
accounts = ["111122223333"]              # the account that pays
role = "auditor"
regions = ["us-east-1"]
home_region = "us-east-1"                # where Cost Explorer is asked, whatever regions are used
services = ["Amazon Bedrock", "Claude 3.5 Sonnet (Amazon Bedrock Edition)"]   # as the bill names them; without: all
"""


class CostOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_cost_explorer"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    services: list[str] = Field(default_factory=list)
    days: int = Field(default=40, ge=1, le=365)
    granularity: Literal["DAILY", "MONTHLY"] = "DAILY"
    linked_accounts: list[Account] = Field(default_factory=list)


class CostExplorerSource:
    """Asks Cost Explorer."""

    operations: tuple[Operation, ...] = (COSTS,)
    options: type[BaseModel] = CostOptions
    reach = "account"
    example = EXAMPLE

    def facts(self, options: CostOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield what each service cost."""
        reply = ask(COSTS, place, request(options, context))
        answer, pages = reply.answer, list(reply.pages)
        yield from stated(answer, cost_pages.costs(answer, pages, answer.status, options.services))


def request(options: CostOptions, context: CollectContext) -> dict[str, Any]:
    """Return what is asked: whole days (or months), up to the end of the day of the collection."""
    today = context.collected_at.date()
    first = today - timedelta(days=options.days)
    first = first.replace(day=1) if options.granularity == "MONTHLY" else first
    wanted: dict[str, Any] = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": NOT_SPENT}}}
    if options.linked_accounts:
        members = {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": options.linked_accounts}}
        wanted = {"And": [members, wanted]}
    return {
        "TimePeriod": {"Start": first.isoformat(), "End": (today + timedelta(days=1)).isoformat()},
        "Granularity": options.granularity,
        "Metrics": [cost_pages.METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "Filter": wanted,
    }


class CostExplorerCollector(AwsCollector):
    """Collects what Cost Explorer answers."""

    source = CostExplorerSource()
