"""Security Hub, Inspector and Macie: what they found, and whether they were looking at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor_collectors.aws.sources.inspector import InspectorCollector
from auditor_collectors.aws.sources.macie import MacieCollector
from auditor_collectors.aws.sources.securityhub import SecurityHubCollector
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

HUB = {"HubArn": f"arn:aws:securityhub:{HOME}:{ACCOUNT}:hub/default", "SubscribedAt": "2024-01-01T00:00:00Z"}
GUARDDUTY = f"arn:aws:securityhub:{HOME}::product/aws/guardduty"
SAID = "Jane Doe's laptop"
FINDING = {
    "SchemaVersion": "2018-10-08",
    "Id": "f1",
    "ProductArn": GUARDDUTY,
    "GeneratorId": "g",
    "AwsAccountId": ACCOUNT,
    "Region": HOME,
    "Types": ["TTPs/Exfiltration"],
    "CreatedAt": "2025-01-14T09:00:00Z",
    "UpdatedAt": "2025-01-14T09:00:00Z",
    "Severity": {"Label": "CRITICAL"},
    "Title": SAID,
    "Description": SAID,
    "Resources": [{"Type": "Other", "Id": SAID}],
    "Workflow": {"Status": "NEW"},
    "RecordState": "ACTIVE",
    "Note": {"Text": SAID, "UpdatedBy": SAID, "UpdatedAt": "2025-01-14T09:00:00Z"},
}
FILTERS = {
    "Filters": {
        "AwsAccountId": [{"Value": ACCOUNT, "Comparison": "EQUALS"}],
        "Region": [{"Value": HOME, "Comparison": "EQUALS"}],
    },
    "MaxResults": 100,
}
READY = {
    "StandardsSubscriptionArn": "arn:aws:securityhub:eu-central-1:111122223333:subscription/fsbp",
    "StandardsArn": "arn:aws:securityhub:::standards/fsbp",
    "StandardsInput": {},
    "StandardsStatus": "READY",
}


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def hub(stubs, *findings, standards=(READY,), pages=()):
    stubs.answer("securityhub", "DescribeHub", HUB)
    stubs.answer("securityhub", "GetEnabledStandards", {"StandardsSubscriptions": list(standards)})
    following = {"NextToken": "t"} if pages else {}
    stubs.answer("securityhub", "GetFindings", {"Findings": list(findings), **following}, FILTERS)
    if pages:
        stubs.answer("securityhub", "GetFindings", {"Findings": list(pages)}, FILTERS | {"NextToken": "t"})


def product(found):
    [row] = found["security_products"]
    return row


def answers(found):
    return {row["call"]: (row["status"], row["records"]) for row in found["source_answers"]}


def test_a_hub_that_is_on_and_what_it_found(stubs, tmp_path):
    later = {"UpdatedAt": "2025-01-14T11:00:00Z", "Workflow": {"Status": "SUPPRESSED"}, "Severity": {"Label": "LOW"}}
    hub(stubs, FINDING, FINDING | {"Id": "sample", "Sample": True}, pages=[FINDING | later])
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    [row] = found["security_findings"]
    assert (row["finding_hi"], row["finding_lo"]) == identifier_halves(f"{GUARDDUTY} f1")
    assert (row["severity"], row["status"]) == ("critical", "suppressed")
    assert row["event_time"] == datetime(2025, 1, 14, 9, tzinfo=UTC)
    stated = product(found)
    assert (stated["product"], stated["enabled"], stated["standards"], stated["covered"]) == (
        "securityhub",
        True,
        1,
        None,
    )
    assert (stated["findings"], stated["newest_at"]) == (1, datetime(2025, 1, 14, 11, tzinfo=UTC))
    assert stated["answered_at"] == COLLECTED_AT


def test_nothing_that_people_wrote_of_a_finding_is_kept(stubs, tmp_path):
    hub(stubs, FINDING)
    assert SAID not in str(rows_of(SecurityHubCollector(), {}, tmp_path, stubs))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not any(SAID in path.read_text(errors="replace") for path in kept)


def test_trap_10_what_a_filter_lets_through_is_left_out_all_the_same(stubs, tmp_path):
    others = [FINDING | {"Id": "a", "Region": "us-east-1"}, FINDING | {"Id": "b", "AwsAccountId": "444455556666"}]
    hub(stubs, *others)
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    assert "security_findings" not in found
    assert (product(found)["findings"], product(found)["newest_at"]) == (0, None)


def test_a_hub_that_is_off_is_a_fact_and_nothing_else_is_asked(stubs, tmp_path):
    stubs.refuse("securityhub", "DescribeHub", "InvalidAccessException")
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    assert product(found)["enabled"] is False
    assert product(found)["findings"] is None
    assert answers(found) == {"DescribeHub": ("disabled", 0)}


def test_a_hub_that_may_not_be_asked_is_not_a_hub_that_is_off(stubs, tmp_path):
    stubs.refuse("securityhub", "DescribeHub", "AccessDeniedException")
    stubs.answer("securityhub", "GetEnabledStandards", {"StandardsSubscriptions": [READY]})
    stubs.answer("securityhub", "GetFindings", {"Findings": []}, FILTERS)
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    assert "security_products" not in found
    assert answers(found)["DescribeHub"] == ("denied", 0)


@pytest.mark.parametrize(("status", "count"), [("READY", 1), ("INCOMPLETE", 0), ("PENDING", 0)])
def test_a_standard_counts_when_it_is_ready(stubs, tmp_path, status, count):
    hub(stubs, FINDING, standards=[READY | {"StandardsStatus": status}])
    assert product(rows_of(SecurityHubCollector(), {}, tmp_path, stubs))["standards"] == count


def test_standards_that_were_not_told_are_not_none(stubs, tmp_path):
    stubs.answer("securityhub", "DescribeHub", HUB)
    stubs.refuse("securityhub", "GetEnabledStandards", "AccessDeniedException")
    stubs.answer("securityhub", "GetFindings", {"Findings": []}, FILTERS)
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    assert product(found)["standards"] is None
    assert answers(found)["GetEnabledStandards"] == ("denied", 0)


def test_findings_that_were_not_told_are_not_none(stubs, tmp_path):
    stubs.answer("securityhub", "DescribeHub", HUB)
    stubs.answer("securityhub", "GetEnabledStandards", {"StandardsSubscriptions": [READY]})
    stubs.refuse("securityhub", "GetFindings", "AccessDeniedException")
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    assert (product(found)["findings"], product(found)["newest_at"]) == (None, None)
    assert answers(found)["GetFindings"] == ("denied", 0)


def test_findings_of_which_a_page_is_missing_are_partial_and_those_that_came_are_kept(stubs, tmp_path):
    stubs.answer("securityhub", "DescribeHub", HUB)
    stubs.answer("securityhub", "GetEnabledStandards", {"StandardsSubscriptions": [READY]})
    stubs.answer("securityhub", "GetFindings", {"Findings": [FINDING], "NextToken": "t"}, FILTERS)
    stubs.refuse("securityhub", "GetFindings", "AccessDeniedException")
    found = rows_of(SecurityHubCollector(), {}, tmp_path, stubs)
    assert len(found["security_findings"]) == 1
    assert product(found)["findings"] is None
    assert answers(found)["GetFindings"] == ("partial", 1)


def test_a_finding_from_after_the_collection_is_refused(stubs, tmp_path):
    hub(stubs, FINDING | {"CreatedAt": "2025-01-14T12:03:00Z"})
    with pytest.raises(CollectionError, match="at most 2 minutes after the collection"):
        rows_of(SecurityHubCollector(), {}, tmp_path)


STATE = {"status": "ENABLED", "errorCode": "ALREADY_ENABLED", "errorMessage": SAID}
WEAKNESS = {
    "findingArn": f"arn:aws:inspector2:{HOME}:{ACCOUNT}:finding/1",
    "awsAccountId": ACCOUNT,
    "type": "PACKAGE_VULNERABILITY",
    "description": SAID,
    "title": SAID,
    "remediation": {"recommendation": {"text": SAID}},
    "severity": "HIGH",
    "firstObservedAt": datetime(2025, 1, 13, tzinfo=UTC),
    "lastObservedAt": datetime(2025, 1, 14, 8, tzinfo=UTC),
    "status": "ACTIVE",
    "resources": [{"type": "AWS_LAMBDA_FUNCTION", "id": SAID}],
}
SCANNED = {
    "resourceType": "AWS_LAMBDA_FUNCTION",
    "resourceId": "arn:aws:lambda:eu-central-1:111122223333:function:f",
    "accountId": ACCOUNT,
    "scanType": "PACKAGE",
    "scanStatus": {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"},
}


def account_of(status):
    kinds = ("ec2", "ecr", "lambda", "lambdaCode")
    return {"accountId": ACCOUNT, "state": STATE | {"status": status}, "resourceState": dict.fromkeys(kinds, STATE)}


def inspector(stubs, *findings, covered=(SCANNED,)):
    stubs.answer("inspector2", "BatchGetAccountStatus", {"accounts": [account_of("ENABLED")]})
    stubs.answer("inspector2", "ListCoverage", {"coveredResources": list(covered)})
    stubs.answer("inspector2", "ListFindings", {"findings": list(findings)})


def test_what_inspector_scans_and_found(stubs, tmp_path):
    idle = SCANNED | {
        "resourceId": "i-0123456789",
        "scanStatus": {"statusCode": "INACTIVE", "reason": "STALE_INVENTORY"},
    }
    foreign = SCANNED | {"resourceId": "i-9876543210", "accountId": "444455556666"}
    network = SCANNED | {"scanType": "NETWORK"}
    untriaged = WEAKNESS | {"findingArn": WEAKNESS["findingArn"] + "2", "severity": "UNTRIAGED", "status": "CLOSED"}
    inspector(stubs, WEAKNESS, untriaged, covered=[SCANNED, network, idle, foreign])
    found = rows_of(InspectorCollector(), {}, tmp_path, stubs)
    kinds = {(row["severity"], row["status"], row["type"], row["product"]) for row in found["security_findings"]}
    named = f"arn:aws:securityhub:{HOME}::product/aws/inspector"
    assert kinds == {
        ("high", "open", "PACKAGE_VULNERABILITY", named),
        ("critical", "resolved", "PACKAGE_VULNERABILITY", named),
    }
    stated = product(found)
    assert (stated["product"], stated["enabled"], stated["standards"], stated["covered"]) == (
        "inspector",
        True,
        None,
        1,
    )
    assert (stated["findings"], stated["newest_at"]) == (2, datetime(2025, 1, 14, 8, tzinfo=UTC))
    assert SAID not in str(found)


def test_zero_findings_of_zero_scanned_resources_are_told_apart(stubs, tmp_path):
    inspector(stubs, covered=[])
    stated = product(rows_of(InspectorCollector(), {}, tmp_path, stubs))
    assert (stated["enabled"], stated["covered"], stated["findings"]) == (True, 0, 0)


@pytest.mark.parametrize("status", ["DISABLED", "SUSPENDED", "DISABLING"])
def test_inspector_that_is_off_is_a_fact(stubs, tmp_path, status):
    stubs.answer("inspector2", "BatchGetAccountStatus", {"accounts": [account_of(status)]})
    found = rows_of(InspectorCollector(), {}, tmp_path, stubs)
    assert product(found)["enabled"] is False
    assert answers(found) == {"BatchGetAccountStatus": ("ok", 1)}


def test_inspector_that_does_not_speak_of_the_account_is_not_known_to_be_on(stubs, tmp_path):
    stubs.answer("inspector2", "BatchGetAccountStatus", {"accounts": []})
    stubs.answer("inspector2", "ListCoverage", {"coveredResources": [SCANNED]})
    stubs.refuse("inspector2", "ListFindings", "AccessDeniedException")
    stated = product(rows_of(InspectorCollector(), {}, tmp_path, stubs))
    assert (stated["enabled"], stated["covered"], stated["findings"]) == (None, 1, None)


SEEN = {
    "accountId": ACCOUNT,
    "id": "m1",
    "region": HOME,
    "partition": "aws",
    "type": "SensitiveData:S3Object/Personal",
    "createdAt": datetime(2025, 1, 14, 7, tzinfo=UTC),
    "updatedAt": datetime(2025, 1, 14, 8, tzinfo=UTC),
    "severity": {"description": "High", "score": 3},
    "title": SAID,
    "description": SAID,
    "resourcesAffected": {"s3Bucket": {"name": SAID}},
    "archived": False,
}
JOB = {"jobId": "j", "name": SAID, "jobStatus": "IDLE", "jobType": "SCHEDULED"}


def macie(stubs, *findings, ids=None, jobs=(JOB,), discovery="DISABLED"):
    stubs.answer("macie2", "GetMacieSession", {"status": "ENABLED"})
    stubs.answer("macie2", "GetAutomatedDiscoveryConfiguration", {"status": discovery})
    stubs.answer("macie2", "ListClassificationJobs", {"items": list(jobs)})
    listed = ids or [one["id"] for one in findings]
    stubs.answer("macie2", "ListFindings", {"findingIds": listed})
    for start in range(0, len(listed), 50):
        asked = listed[start : start + 50]
        held = [one for one in findings if one["id"] in asked]
        stubs.answer("macie2", "GetFindings", {"findings": held}, {"findingIds": asked})


def test_what_macie_looks_into_and_found(stubs, tmp_path):
    ended = [JOB | {"jobStatus": status} for status in ("COMPLETE", "CANCELLED", "USER_PAUSED")]
    archived, sample = SEEN | {"id": "m2", "archived": True}, SEEN | {"id": "m3", "sample": True}
    macie(stubs, SEEN, archived, sample, jobs=[JOB, *ended], discovery="ENABLED")
    found = rows_of(MacieCollector(), {}, tmp_path, stubs)
    assert sorted(row["status"] for row in found["security_findings"]) == ["open", "suppressed"]
    stated = product(found)
    assert (stated["product"], stated["enabled"], stated["covered"], stated["findings"]) == ("macie", True, 2, 2)
    assert stated["newest_at"] == datetime(2025, 1, 14, 8, tzinfo=UTC)
    assert SAID not in str(found)
    assert not any(SAID in path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())


def test_macie_is_asked_for_fifty_findings_at_a_time(stubs, tmp_path):
    macie(stubs, *[SEEN | {"id": f"m{number:03}"} for number in range(101)])
    found = rows_of(MacieCollector(), {}, tmp_path, stubs)
    assert len(found["security_findings"]) == 101
    assert answers(found)["GetFindings"] == ("ok", 101)


def test_a_listed_finding_that_macie_does_not_give_is_missing(stubs, tmp_path):
    macie(stubs, SEEN, ids=["m1", "m2"])
    found = rows_of(MacieCollector(), {}, tmp_path, stubs)
    assert answers(found)["GetFindings"] == ("partial", 1)
    assert product(found)["findings"] is None


def test_macie_that_is_paused_is_off(stubs, tmp_path):
    stubs.answer("macie2", "GetMacieSession", {"status": "PAUSED"})
    found = rows_of(MacieCollector(), {}, tmp_path, stubs)
    assert product(found)["enabled"] is False
    assert answers(found) == {"GetMacieSession": ("ok", 1)}


@pytest.mark.parametrize("call", ["GetAutomatedDiscoveryConfiguration", "ListClassificationJobs"])
def test_what_macie_does_not_say_that_it_looks_into_is_not_known(stubs, tmp_path, call):
    given = {
        "GetAutomatedDiscoveryConfiguration": {"status": "ENABLED"},
        "ListClassificationJobs": {"items": [JOB]},
    }
    stubs.answer("macie2", "GetMacieSession", {"status": "ENABLED"})
    for name, response in given.items():
        if name == call:
            stubs.refuse("macie2", name, "AccessDeniedException")
        else:
            stubs.answer("macie2", name, response)
    stubs.answer("macie2", "ListFindings", {"findingIds": []})
    found = rows_of(MacieCollector(), {}, tmp_path, stubs)
    assert product(found)["covered"] is None
    assert answers(found)[call] == ("denied", 0)


@pytest.mark.parametrize(
    ("message", "status"),
    [("Macie is not enabled", "disabled"), ("User is not authorized to perform: macie2:GetMacieSession", "denied")],
)
def test_macie_that_is_off_is_told_from_macie_that_may_not_be_asked(stubs, tmp_path, monkeypatch, message, status):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, "GetMacieSession")

    client, _ = stubs._of("macie2", HOME)
    monkeypatch.setattr(client, "get_macie_session", refuse)
    if status == "denied":
        stubs.answer("macie2", "GetAutomatedDiscoveryConfiguration", {"status": "ENABLED"})
        stubs.answer("macie2", "ListClassificationJobs", {"items": []})
        stubs.answer("macie2", "ListFindings", {"findingIds": []})
    found = rows_of(MacieCollector(), {}, tmp_path, stubs)
    assert answers(found)["GetMacieSession"] == (status, 0)
    assert [row["enabled"] for row in found.get("security_products", [])] == ([False] if status == "disabled" else [])
    assert message not in str(found)
