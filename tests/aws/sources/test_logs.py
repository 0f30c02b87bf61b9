"""Log groups: how long they keep, where their events go, what masks them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditor_collectors.aws.sources.logs import LogsCollector
from aws.sources.asked import answers, calls, links, resources, rules, states
from aws.stubbed import ACCOUNT, HOME, Stubs, rows_of

COLLECTOR = LogsCollector()
OTHER = "444455556666"
GROUP = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:/app"
MASK = {"Statement": [{"Operation": {"Audit": {}}}, {"Operation": {"Deidentify": {"MaskConfig": {}}}}]}
AUDIT = {"Statement": [{"Operation": {"Audit": {"FindingsDestination": {}}}}]}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def group(name: str = "/app", **more: Any) -> dict[str, Any]:
    return {"logGroupName": name, "arn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:{name}:*", **more}


def policy(kind: str, document: Any) -> dict[str, Any]:
    return {"policyName": "p", "policyType": kind, "policyDocument": json.dumps(document), "scope": "ALL"}


def listed(stubs: Stubs, *groups: Any, masking: Any = (), sending: Any = (), destinations: Any = ()) -> None:
    stubs.answer("logs", "DescribeLogGroups", {"logGroups": list(groups)})
    for said in (masking, sending):
        if isinstance(said, str):
            stubs.refuse("logs", "DescribeAccountPolicies", said)
        else:
            stubs.answer("logs", "DescribeAccountPolicies", {"accountPolicies": list(said)})
    stubs.answer("logs", "DescribeDestinations", {"destinations": list(destinations)})


def subscribed(stubs: Stubs, *arns: str) -> None:
    filters = [{"filterName": f"f{number}", "destinationArn": arn} for number, arn in enumerate(arns)]
    stubs.answer("logs", "DescribeSubscriptionFilters", {"subscriptionFilters": filters})


def months_later(day: date, months: int) -> date:
    """Return the same day some calendar months later, clipped to the end of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def test_trap_08_180_days_are_kept_as_180_days_and_never_as_six_months_and_null_is_for_ever(stubs, tmp_path):
    listed(stubs, group("/a", retentionInDays=180), group("/b", retentionInDays=365), group("/c"))
    for _ in range(3):
        subscribed(stubs)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    kept = {row["arn"].rpartition(":")[2]: row["days"] for row in found["retention_rules"]}
    assert kept == {"/a": 180, "/b": 365, "/c": None}
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + number) for number in range(366 * 4)]
    assert {(months_later(day, 6) - day).days for day in days} == {181, 182, 183, 184}
    assert all((months_later(day, 6) - day).days <= kept["/b"] for day in days)


def test_retention_that_a_policy_rules_is_not_taken_for_none(stubs, tmp_path):
    listed(stubs, group(retentionPolicyName="r"), group("/b", retentionPolicyName="r", retentionInDays=30))
    subscribed(stubs)
    subscribed(stubs)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert {rule[3] for rule in rules(found)} == {30}
    assert set(resources(found)) == {GROUP, GROUP.replace("/app", "/b")}


def test_events_are_followed_through_filters_account_policies_and_destinations(stubs, tmp_path):
    own = f"arn:aws:logs:{HOME}:{ACCOUNT}:destination:d"
    stream = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s"
    far = f"arn:aws:logs:us-west-2:{OTHER}:destination:central"
    fire = f"arn:aws:firehose:{HOME}:{ACCOUNT}:deliverystream/f"
    listed(
        stubs,
        group(),
        sending=[policy("SUBSCRIPTION_FILTER_POLICY", {"DestinationArn": fire, "FilterPattern": ""})],
        destinations=[{"arn": own, "destinationName": "d", "targetArn": stream}],
    )
    subscribed(stubs, own, far)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {
        (GROUP, "log_destination", own, ACCOUNT, HOME, True),
        (GROUP, "log_destination", stream, ACCOUNT, "us-east-1", True),
        (GROUP, "log_destination", far, OTHER, "us-west-2", True),
        (GROUP, "log_destination", fire, ACCOUNT, HOME, True),
    }


INHERITS = {"inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]}
OWN = {"dataProtectionStatus": "ACTIVATED"}


@pytest.mark.parametrize(
    ("stated", "account", "own", "masked"),
    [
        ({}, [policy("DATA_PROTECTION_POLICY", MASK)], None, False),
        (INHERITS, [policy("DATA_PROTECTION_POLICY", MASK)], None, True),
        (INHERITS, [policy("DATA_PROTECTION_POLICY", AUDIT)], None, False),
        (INHERITS, "AccessDeniedException", None, None),
        (OWN, [], MASK, True),
        (OWN, [], AUDIT, False),
        (OWN, [], "AccessDeniedException", None),
        (OWN | INHERITS, "AccessDeniedException", MASK, True),
        ({"dataProtectionStatus": "DISABLED"}, [], None, False),
    ],
)
def test_only_a_policy_that_deidentifies_masks(stubs, tmp_path, stated, account, own, masked):
    listed(stubs, group(**stated), masking=account)
    if isinstance(own, str):
        stubs.refuse("logs", "GetDataProtectionPolicy", own)
    elif own is not None:
        stubs.answer(
            "logs", "GetDataProtectionPolicy", {"logGroupIdentifier": "/app", "policyDocument": json.dumps(own)}
        )
    subscribed(stubs)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert states(found, GROUP).get("masked") is masked


def test_the_first_event_is_looked_for_only_where_it_is_wanted(stubs, tmp_path):
    listed(stubs, group("/aws/bedrock/x", retentionInDays=365), group("/other"))
    streams = [
        {"logStreamName": "who@example.com", "firstEventTimestamp": 1_736_000_000_000},
        {"logStreamName": "empty"},
        {"logStreamName": "old", "firstEventTimestamp": 1_735_000_000_123},
    ]
    stubs.answer("logs", "DescribeLogStreams", {"logStreams": streams}, {"logGroupName": "/aws/bedrock/x"})
    subscribed(stubs)
    subscribed(stubs)
    found = rows_of(COLLECTOR, {"oldest_of": ["/aws/bedrock/*"]}, tmp_path, stubs)
    assert [row["oldest_at"] for row in found["retention_rules"]] == [
        datetime(2024, 12, 24, 0, 26, 40, 123000, UTC),
        None,
    ]
    recorded = b"".join(page.read_bytes() for page in tmp_path.rglob("pages/*.json"))
    assert b"firstEventTimestamp" in recorded
    assert b"who@example.com" not in recorded


def test_a_key_and_a_class_are_those_of_the_group(stubs, tmp_path):
    key = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/k"
    listed(stubs, group(kmsKeyId=key))
    stubs.answer("logs", "ListTagsForResource", {"tags": {"Class": "personal"}}, {"resourceArn": GROUP})
    metadata = {"KeyId": "k", "Arn": key, "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "KeyState": "Enabled"}
    stubs.answer("kms", "DescribeKey", {"KeyMetadata": metadata})
    subscribed(stubs)
    found = rows_of(COLLECTOR, {"data_class_tag": "Class"}, tmp_path, stubs)
    assert resources(found)[GROUP] == ("log", "AWS::Logs::LogGroup", HOME, "personal")
    assert states(found, GROUP)["key_manager"] == "customer"
    assert [row["data_class"] for row in found["retention_rules"]] == ["personal"]


def test_one_call_that_is_refused_is_told_from_no_filter(stubs, tmp_path):
    listed(stubs, group(), sending="AccessDeniedException")
    stubs.refuse("logs", "DescribeSubscriptionFilters", "AccessDeniedException")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == set()
    assert answers(found) == {
        ("DescribeLogGroups", ""): "ok",
        ("DescribeAccountPolicies", "DATA_PROTECTION_POLICY"): "ok",
        ("DescribeAccountPolicies", "SUBSCRIPTION_FILTER_POLICY"): "denied",
        ("DescribeDestinations", ""): "ok",
        ("DescribeSubscriptionFilters", GROUP): "denied",
    }


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", "throttled"),
        ("UnrecognizedClientException", "unknown_region"),
        ("InternalFailure", "failed"),
    ],
)
def test_a_listing_without_an_answer_lists_nothing(stubs, tmp_path, monkeypatch, code, status):
    monkeypatch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
    stubs.refuse("logs", "DescribeLogGroups", code)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert "resources" not in found
    assert calls(found)[HOME, "DescribeLogGroups"] == status
    assert answers(found) == {("DescribeLogGroups", ""): status}
