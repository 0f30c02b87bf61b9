"""Pages of CloudWatch Logs: groups, where their events go, and what masks them.

Rules kept here: a group without ``retentionInDays`` keeps its events for ever, unless a policy of the account rules its
retention, which the group does not repeat; a policy masks where one of its statements de-identifies, not where it only
audits; what a policy says in a document that is not JSON is refused.
Sources: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.jsonlines import json_object, member
from auditor_collectors.page_members import entries, name, strings
from auditor_collectors.values import count, optional, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor_collectors.answers import Answer, Page

MASKING, SUBSCRIBING = "DATA_PROTECTION_POLICY", "SUBSCRIPTION_FILTER_POLICY"
INHERITED = "ACCOUNT_DATA_PROTECTION"


class Group(NamedTuple):
    """A log group: ``days`` is None for ever; ``ruled`` says that a policy elsewhere rules how long it keeps."""

    name: str
    arn: str
    days: int | None
    ruled: bool
    key: str | None
    protected: bool
    inherits: bool


class Rule(NamedTuple):
    """A policy of the account: whether it masks, and where it sends events."""

    masks: bool
    destination: str | None


def groups(_answer: Answer, pages: Sequence[Page]) -> list[Group]:
    """Return the log groups of a region."""
    return [
        Group(
            member(where, one, "logGroupName", name),
            (member(where, one, "logGroupArn", optional(name)) or member(where, one, "arn", name)).removesuffix(":*"),
            member(where, one, "retentionInDays", optional(count)),
            bool(member(where, one, "retentionPolicyName", optional(text))),
            member(where, one, "kmsKeyId", optional(name)),
            member(where, one, "dataProtectionStatus", optional(name)) == "ACTIVATED",
            INHERITED in (member(where, one, "inheritedProperties", optional(strings)) or []),
        )
        for where, one in entries(pages, "logGroups")
    ]


def subscriptions(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the ARNs to which the events of a group are sent."""
    return sorted({member(where, one, "destinationArn", name) for where, one in entries(pages, "subscriptionFilters")})


def destinations(_answer: Answer, pages: Sequence[Page]) -> list[tuple[str, str]]:
    """Return the destinations of a region, each with the ARN of what is behind it."""
    return [
        (member(where, one, "arn", name), member(where, one, "targetArn", name))
        for where, one in entries(pages, "destinations")
    ]


def protection(_answer: Answer, pages: Sequence[Page]) -> list[bool]:
    """Return whether the policy of a group masks."""
    found = [(page.where, member(page.where, page.document, "policyDocument", optional(text))) for page in pages]
    return [_masks(where, document) for where, document in found if document is not None]


def account_policies(_answer: Answer, pages: Sequence[Page]) -> list[Rule]:
    """Return what the policies of an account do to the groups of a region."""
    found = []
    for where, one in entries(pages, "accountPolicies"):
        kind = member(where, one, "policyType", name)
        document = member(where, one, "policyDocument", text)
        destination = None
        if kind == SUBSCRIBING:
            destination = member(where, json_object(where, document.encode()), "DestinationArn", name)
        found.append(Rule(kind == MASKING and _masks(where, document), destination))
    return found


def oldest(_answer: Answer, pages: Sequence[Page]) -> list[datetime]:
    """Return when the first event of each stream of a group that has one was."""
    stated = [member(where, one, "firstEventTimestamp", optional(count)) for where, one in entries(pages, "logStreams")]
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [start + timedelta(milliseconds=one) for one in stated if one is not None]


def _masks(where: str, document: str) -> bool:
    policy = json_object(where, document.encode())
    statements = within(where, policy, "Statement")
    return any("Deidentify" in member(at, one, "Operation", an_object) for at, one in statements)
