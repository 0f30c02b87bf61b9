"""Pages of Security Hub, Inspector and Macie: whether each is on, what it looks at, and what it found.

Rules kept here: a standard counts when it is ready, a resource when it is actively scanned, a job while it runs or
waits for its next run. A finding that is not triaged is as bad as can be; one that Macie archived is suppressed, for a
rule may have done it. What a page lists of another account or region is left to those, however it was asked for. No
title, description, resource or sample of a finding leaves its page.
Sources: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetEnabledStandards.html,
https://docs.aws.amazon.com/inspector/v2/APIReference/API_Finding.html and
https://docs.aws.amazon.com/macie/latest/APIReference/findings-describe.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor_collectors.arns import arn
from auditor_collectors.calls import ACCOUNT
from auditor_collectors.finding_rows import finding
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import entries, moment, name, one_of
from auditor_collectors.page_parts import part
from auditor_collectors.values import boolean, optional

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor_collectors.answers import Page

READY = "READY"
ACTIVE = "ACTIVE"
RUNNING_JOBS = frozenset({"RUNNING", "IDLE"})
INSPECTOR_SEVERITIES = {
    "CRITICAL": "critical",
    "HIGH": "high",
    "MEDIUM": "medium",
    "LOW": "low",
    "INFORMATIONAL": "informational",
    "UNTRIAGED": "critical",
}
INSPECTOR_STATUSES = {"ACTIVE": "open", "SUPPRESSED": "suppressed", "CLOSED": "resolved"}
MACIE_SEVERITIES = {3: "high", 2: "medium", 1: "low"}
MACIE_STATES = {"ENABLED": True, "PAUSED": False}


def standards(pages: Iterable[Page]) -> int:
    """Return how many distinct standards are ready."""
    listing = entries(pages, "StandardsSubscriptions")
    ready = {
        member(where, one, "StandardsArn", name)
        for where, one in listing
        if member(where, one, "StandardsStatus", name) == READY
    }
    return len(ready)


def inspector_enabled(pages: Iterable[Page], account: str) -> bool | None:
    """Return whether Inspector is on in ``account``; None where the answer does not speak of it."""
    for where, one in entries(pages, "accounts"):
        if member(where, one, "accountId", name) == account:
            return member(where, part(where, one, "state"), "status", name) == "ENABLED"
    return None


def covered(pages: Iterable[Page], account: str) -> int:
    """Return how many distinct resources of ``account`` are actively scanned."""
    found = set()
    for where, one in entries(pages, "coveredResources"):
        active = member(where, part(where, one, "scanStatus"), "statusCode", optional(name)) == ACTIVE
        if active and member(where, one, "accountId", name) == account:
            found.add(member(where, one, "resourceId", name))
    return len(found)


def macie_enabled(pages: Iterable[Page]) -> bool | None:
    """Return whether Macie is on; None without a page."""
    for page in pages:
        return MACIE_STATES[member(page.where, page.document, "status", one_of(*MACIE_STATES))]
    return None


def running_jobs(pages: Iterable[Page]) -> int:
    """Return how many classification jobs run, or wait for their next run."""
    return sum(member(where, one, "jobStatus", name) in RUNNING_JOBS for where, one in entries(pages, "items"))


def discovery_enabled(pages: Iterable[Page]) -> bool:
    """Return whether Macie looks into buckets of its own accord."""
    return any(member(page.where, page.document, "status", name) == "ENABLED" for page in pages)


def finding_ids(page: Page) -> list[str]:
    """Return the ids of the findings that Macie lists on ``page``."""
    listed = page.document.get("findingIds")
    if not isinstance(listed, list) or not all(isinstance(one, str) and one.isascii() and one for one in listed):
        raise CollectionError(f"{page.where}: holds no list of ids named findingIds", remedy=AGAIN)
    return listed


def listed_findings(page: Page) -> int:
    """Return how many findings of Macie ``page`` holds, samples among them."""
    return sum(1 for _ in entries([page], "findings"))


def hub_findings(page: Page) -> list[dict[str, Any]]:
    """Return the findings of Security Hub on ``page``, without samples."""
    return [
        finding(page.where, number, one)
        for number, (_, one) in enumerate(entries([page], "Findings"), start=1)
        if one.get("Sample") is not True
    ]


def inspector_findings(page: Page, region: str) -> list[dict[str, Any]]:
    """Return the findings of Inspector on ``page``, which ``region`` answered."""
    return [_inspector(where, one, region) for where, one in entries([page], "findings")]


def _inspector(where: str, document: dict[str, Any], region: str) -> dict[str, Any]:
    stated = member(where, document, "findingArn", arn)
    first = member(where, document, "firstObservedAt", moment)
    last = member(where, document, "updatedAt", optional(moment)) or member(where, document, "lastObservedAt", moment)
    return {
        **_identity(stated.partition, stated.region or region, "inspector", stated.whole),
        "event_time": first,
        "first_observed_at": first,
        "updated_at": last,
        "type": member(where, document, "type", name),
        "severity": INSPECTOR_SEVERITIES[member(where, document, "severity", one_of(*INSPECTOR_SEVERITIES))],
        "status": INSPECTOR_STATUSES[member(where, document, "status", one_of(*INSPECTOR_STATUSES))],
        "account": member(where, document, "awsAccountId", _account),
        "region": stated.region or region,
    }


def macie_findings(page: Page) -> list[dict[str, Any]]:
    """Return the findings of Macie on ``page``, without samples."""
    return [
        _macie(where, one)
        for where, one in entries([page], "findings")
        if member(where, one, "sample", optional(boolean)) is not True
    ]


def _macie(where: str, document: dict[str, Any]) -> dict[str, Any]:
    region = member(where, document, "region", name)
    created = member(where, document, "createdAt", moment)
    partition = member(where, document, "partition", optional(name)) or "aws"
    return {
        **_identity(partition, region, "macie", member(where, document, "id", name)),
        "event_time": created,
        "first_observed_at": created,
        "updated_at": member(where, document, "updatedAt", optional(moment)) or created,
        "type": member(where, document, "type", name),
        "severity": member(where, part(where, document, "severity"), "score", _macie_severity),
        "status": "suppressed" if member(where, document, "archived", optional(boolean)) else "open",
        "account": member(where, document, "accountId", _account),
        "region": region,
    }


def _macie_severity(value: Any) -> str:
    """Return the severity that a score stands for; its name is hidden with all else that is called description."""
    if type(value) is int and value in MACIE_SEVERITIES:
        return MACIE_SEVERITIES[value]
    raise ValueError("a score: 1, 2 or 3")


def _identity(partition: str, region: str, product: str, identity: str) -> dict[str, Any]:
    """Return the product's ARN as Security Hub names it, and the id of a finding of it."""
    named = f"arn:{partition}:securityhub:{region}::product/aws/{product}"
    high, low = identifier_halves(f"{named} {identity}")
    return {"product": named, "finding_hi": high, "finding_lo": low}


def _account(value: Any) -> str:
    if isinstance(value, str) and ACCOUNT.fullmatch(value):
        return value
    raise ValueError("12 digits")
