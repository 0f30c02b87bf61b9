"""How CloudTrail is set up: the trails that cover each region, whether they log, and what they record.

Rules kept here: each region is asked, for a trail of another region may cover it or not; a trail's status and selectors
are asked of it by ARN; what was refused leaves no row but that of its answer.
Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from auditor_collectors import trail_pages
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

DESCRIBE = Operation("cloudtrail", "DescribeTrails", ("cloudtrail:DescribeTrails",), per_second=10)
STATUS = Operation("cloudtrail", "GetTrailStatus", ("cloudtrail:GetTrailStatus",), per_second=10)
SELECTORS = Operation("cloudtrail", "GetEventSelectors", ("cloudtrail:GetEventSelectors",), per_second=10)

EXAMPLE = """\
# The trails that cover each region: whether they log, and whether they record what reads (inference does).
[sources.aws_trail]
kind = "aws_trail"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = "enabled"
"""


class TrailOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_trail"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TrailSource:
    """Asks each region for the trails that cover it."""

    operations: tuple[Operation, ...] = (DESCRIBE, STATUS, SELECTORS)
    options: type[BaseModel] = TrailOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: Any, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield the trails of ``place``, what each selects, and how each was answered."""
        del options, context
        listing = ask(DESCRIBE, place, {"includeShadowTrails": True})
        found = list(trail_pages.trails(list(listing.pages)))
        yield _answered(listing.answer, "", len(found))
        for trail in found:
            arn = trail["arn"]
            state = ask(STATUS, place, {"Name": arn}, subject=arn)
            yield _answered(state.answer, arn, 1)
            yield "trails", listing.answer.place() | trail | trail_pages.status(list(state.pages))
            selected = ask(SELECTORS, place, {"TrailName": arn}, subject=arn)
            rows = trail_pages.selectors(list(selected.pages))
            yield _answered(selected.answer, arn, len(rows))
            for row in rows:
                yield "trail_selectors", selected.answer.place() | {"arn": arn} | row


class TrailCollector(AwsCollector):
    """Collects how CloudTrail is set up."""

    source = TrailSource()


def _answered(answer: Answer, subject: str, records: int) -> Fact:
    row = {"call": answer.call, "subject": subject, "status": answer.status, "asked_from": None, "asked_until": None}
    return "source_answers", answer.place() | row | {"records": records if answer.pages else 0}
