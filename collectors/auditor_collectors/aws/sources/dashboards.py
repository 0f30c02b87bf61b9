"""Dashboards of CloudWatch: their names, and how much each declared one shows.

Rules kept here: a dashboard that is not listed is not read, so its absence is told by the listing.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.names import Name  # noqa: TC001 - pydantic reads it
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import facts_of
from auditor_collectors.aws.sources.metrics import PRICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

LIST_DASHBOARDS = Operation(
    "cloudwatch", "ListDashboards", ("cloudwatch:ListDashboards",), per_second=10, price_nano_usd=PRICE
)
GET_DASHBOARD = Operation(
    "cloudwatch", "GetDashboard", ("cloudwatch:GetDashboard",), per_second=10, price_nano_usd=PRICE
)

EXAMPLE = """\
# Dashboards that must be there. Their names are read, and how many widgets each shows.
[sources.aws_dashboards]
kind = "aws_dashboards"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
dashboards = ["support-overview"]
"""


class DashboardsOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_dashboards"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dashboards: list[Name] = Field(min_length=1)


class DashboardsSource:
    """Asks each region for its dashboards."""

    operations: tuple[Operation, ...] = (LIST_DASHBOARDS, GET_DASHBOARD)
    options: type[BaseModel] = DashboardsOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: DashboardsOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the names of all dashboards, and the widgets of the declared ones."""
        read = yield from facts_of(ask(LIST_DASHBOARDS, place))
        listed = {row["dashboard"] for row in read.parsed.rows.get("dashboards", [])}
        for dashboard in sorted(listed & set(options.dashboards)):
            yield from facts_of(ask(GET_DASHBOARD, place, {"DashboardName": dashboard}, subject=dashboard))


class DashboardsCollector(AwsCollector):
    """The source as a collector."""

    source = DashboardsSource()
