"""Inspector of each region: whether it is on, what it scans, and its findings.

Rules kept here: that it is off is an answer and no failure, and then nothing else is asked of it; zero findings of
zero scanned resources are told from zero findings of many.
Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListCoverage.html
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from auditor_collectors import security_pages
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.finding_facts import Findings, product_fact
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import told
from auditor_collectors.aws.sources.stores import NoOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

# What people wrote or are named in; a finding is judged by none of it.
WRITTEN = (
    "title", "description", "remediation", "resources", "resourceMetadata", "networkReachabilityDetails",
    "packageVulnerabilityDetails", "codeVulnerabilityDetails", "exploitabilityDetails", "errorMessage",
)  # fmt: skip
STATUS = Operation(
    "inspector2", "BatchGetAccountStatus", ("inspector2:BatchGetAccountStatus",), hidden=("errorMessage",)
)
COVERAGE = Operation("inspector2", "ListCoverage", ("inspector2:ListCoverage",), hidden=WRITTEN)
FINDINGS = Operation("inspector2", "ListFindings", ("inspector2:ListFindings",), hidden=WRITTEN)

EXAMPLE = """\
# Inspector of each region: whether it is on, what it scans, and its findings.
[sources.aws_inspector]
kind = "aws_inspector"
accounts = ["111122223333"]
role = "auditor"
regions = "enabled"
home_region = "eu-central-1"
"""


class InspectorSource:
    """Asks Inspector."""

    operations: tuple[Operation, ...] = (STATUS, COVERAGE, FINDINGS)
    options: type[BaseModel] = NoOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, _options: NoOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield what Inspector of ``place`` answers."""
        stated = ask(STATUS, place, {"accountIds": [place.account]})
        pages = list(stated.pages)
        yield told(stated.answer, "", len(pages))
        enabled = security_pages.inspector_enabled(pages, place.account)
        if enabled is False:
            yield product_fact("inspector", stated.answer, enabled=False)
            return
        reply = ask(COVERAGE, place, {"filterCriteria": {"accountId": _equals(place.account)}})
        covered = security_pages.covered(reply.pages, place.account)
        yield told(reply.answer, "", covered)
        listing = ask(FINDINGS, place, {"filterCriteria": {"awsAccountId": _equals(place.account)}})
        findings = Findings(place, context)
        yield from findings.facts(listing.pages, partial(security_pages.inspector_findings, region=place.region))
        answered = listing.answer.status
        yield told(listing.answer, "", findings.count)
        if pages:
            yield product_fact(
                "inspector",
                stated.answer,
                enabled=enabled,
                covered=covered if reply.answer.status == "ok" else None,
                findings=findings.count if answered == "ok" else None,
                newest_at=findings.newest_at,
            )


def _equals(value: str) -> list[dict[str, str]]:
    return [{"comparison": "EQUALS", "value": value}]


class InspectorCollector(AwsCollector):
    """Collects what Inspector answers."""

    source = InspectorSource()
