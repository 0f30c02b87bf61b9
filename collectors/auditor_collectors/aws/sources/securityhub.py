"""Security Hub of each region: whether it is on, with which standards, and its findings.

Rules kept here: a hub that is not on is a fact, and then nothing else is asked of it; findings are asked for without
regard to severity or state, for either may be changed later, and of this account and region only, whatever others the
hub collects; what the filter lets through all the same is left out here.
Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
"""

from __future__ import annotations

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

OFF = ("InvalidAccessException",)  # "Account ... is not subscribed to AWS Security Hub"
# What people wrote or are named in; a finding is judged by none of it.
WRITTEN = (
    "Title", "Description", "Remediation", "SourceUrl", "ProductFields", "UserDefinedFields", "Note", "Resources",
    "Malware", "Network", "NetworkPath", "Process", "Threats", "ThreatIntelIndicators", "RelatedFindings", "Action",
    "PatchSummary", "Vulnerabilities", "GeneratorDetails", "Detection", "CompanyName", "AwsAccountName",
)  # fmt: skip
HUB = Operation("securityhub", "DescribeHub", ("securityhub:DescribeHub",), disabled_errors=OFF)
STANDARDS = Operation("securityhub", "GetEnabledStandards", ("securityhub:GetEnabledStandards",), disabled_errors=OFF)
FINDINGS = Operation(
    "securityhub", "GetFindings", ("securityhub:GetFindings",), per_second=3, disabled_errors=OFF, hidden=WRITTEN
)

EXAMPLE = """\
# Security Hub of each region: whether it is on, with which standards, and its findings.
[sources.aws_securityhub]
kind = "aws_securityhub"
accounts = ["111122223333"]
role = "auditor"
regions = "enabled"
home_region = "eu-central-1"
"""


class SecurityHubSource:
    """Asks Security Hub."""

    operations: tuple[Operation, ...] = (HUB, STANDARDS, FINDINGS)
    options: type[BaseModel] = NoOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, _options: NoOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield what Security Hub of ``place`` answers."""
        hub = ask(HUB, place)
        status = hub.answer.status
        yield told(hub.answer, "", len(list(hub.pages)))
        if status == "disabled":
            yield product_fact("securityhub", hub.answer, enabled=False)
            return
        reply = ask(STANDARDS, place)
        ready = security_pages.standards(reply.pages)
        yield told(reply.answer, "", ready)
        standards = ready if reply.answer.status == "ok" else None
        listing = ask(FINDINGS, place, _filtered(place))
        findings = Findings(place, context)
        yield from findings.facts(listing.pages, security_pages.hub_findings)
        answered = listing.answer.status
        yield told(listing.answer, "", findings.count)
        if status == "ok":
            yield product_fact(
                "securityhub",
                hub.answer,
                enabled=True,
                standards=standards,
                findings=findings.count if answered == "ok" else None,
                newest_at=findings.newest_at,
            )


def _filtered(place: Place) -> dict[str, object]:
    def equals(value: str) -> list[dict[str, str]]:
        return [{"Value": value, "Comparison": "EQUALS"}]

    return {"Filters": {"AwsAccountId": equals(place.account), "Region": equals(place.region)}, "MaxResults": 100}


class SecurityHubCollector(AwsCollector):
    """Collects what Security Hub answers."""

    source = SecurityHubSource()
