"""Security findings: one row each, whatever versions of it were exported, and nothing later hides it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope
from auditor.tables import identifier_halves
from auditor_collectors.security_findings import SecurityFindingsCollector

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2025, 1, 14, 12, 5, tzinfo=UTC)
PRODUCT = "arn:aws:securityhub:eu-central-1::product/aws/guardduty"
FINDING = {
    "Id": "arn:aws:guardduty:eu-central-1:111122223333:detector/1/finding/1",
    "ProductArn": PRODUCT,
    "AwsAccountId": "111122223333",
    "Region": "eu-central-1",
    "Types": ["TTPs/Exfiltration"],
    "CreatedAt": "2025-01-14T11:00:00Z",
    "FirstObservedAt": "2025-01-14T10:50:00.5Z",
    "UpdatedAt": "2025-01-14T11:00:00Z",
    "Severity": {"Label": "HIGH"},
    "Workflow": {"Status": "NEW"},
    "RecordState": "ACTIVE",
}
LATER = {"UpdatedAt": "2025-01-14T11:30:00Z"}


CALL = {
    "account": "111122223333",
    "region": "eu-central-1",
    "call": "GetFindings",
    "status": "ok",
    "records": 1,
    "answered_at": "2025-01-14T12:04:00Z",
}


def collected(
    root: Path, findings: list[Any], form: str = "document", calls: list[Any] | None = None
) -> dict[str, list[Any]]:
    lines = "".join(f"{json.dumps(one)}\n" for one in findings)
    (root / "findings.json").write_text(lines if form == "jsonl" else json.dumps({"Findings": findings}, indent=2))
    (root / "work").mkdir()
    options: dict[str, Any] = {"files": ["findings.json"], "format": form}
    if calls is not None:
        (root / "calls.jsonl").write_text("".join(f"{json.dumps(call)}\n" for call in calls))
        options["calls"] = ["calls.jsonl"]
    collector = SecurityFindingsCollector()
    assert collector.check(options) == []
    context = CollectContext("securityhub", Scope("s", "e", "r", "p"), root, root / "work", NOW)
    found: dict[str, list[Any]] = {"security_findings": [], "coverage": []}
    for batch in collector.collect(options, context):
        found[batch.table] += batch.rows.to_pylist()
    return found


def one(root: Path, *findings: dict[str, Any]) -> dict[str, Any]:
    (row,) = collected(root, list(findings))["security_findings"]
    return row


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in FINDING.items() if key != name}


def test_a_finding_becomes_a_row(tmp_path):
    row = one(tmp_path, FINDING)
    assert row["event_time"] == datetime(2025, 1, 14, 11, tzinfo=UTC)
    assert row["first_observed_at"] == datetime(2025, 1, 14, 10, 50, 0, 500_000, tzinfo=UTC)
    assert (row["finding_hi"], row["finding_lo"]) == identifier_halves(f"{PRODUCT} {FINDING['Id']}")
    assert (row["severity"], row["status"], row["type"]) == ("high", "open", "TTPs/Exfiltration")
    assert (row["product"], row["account"], row["region"]) == (PRODUCT, "111122223333", "eu-central-1")


def test_lines_give_the_same_as_a_document(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    findings = [FINDING, FINDING | {"Id": "2"}]
    expected = collected(tmp_path / "a", findings)["security_findings"]
    assert len(expected) == 2
    key = lambda row: row["finding_hi"]  # noqa: E731
    assert sorted(collected(tmp_path / "b", findings, "jsonl")["security_findings"], key=key) == sorted(
        expected, key=key
    )


def test_the_first_observation_may_be_missing(tmp_path):
    row = one(tmp_path, without("FirstObservedAt"))
    assert row["first_observed_at"] == row["event_time"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "open"),
        ({"Workflow": {"Status": "NOTIFIED"}}, "open"),
        ({"Workflow": {"Status": "SUPPRESSED"}}, "suppressed"),
        ({"Workflow": {"Status": "RESOLVED"}}, "resolved"),
        ({"RecordState": "ARCHIVED"}, "resolved"),
        ({"Compliance": {"Status": "PASSED"}}, "resolved"),
        ({"Compliance": {"Status": "FAILED"}}, "open"),
    ],
)
def test_its_status(tmp_path, change, status):
    assert one(tmp_path, FINDING | change)["status"] == status


def test_a_later_version_changes_the_status_and_not_when_it_was_seen(tmp_path):
    row = one(tmp_path, FINDING | LATER | {"Workflow": {"Status": "SUPPRESSED"}}, FINDING)
    assert row["status"] == "suppressed"
    assert row["event_time"] == datetime(2025, 1, 14, 11, tzinfo=UTC)
    assert row["updated_at"] == datetime(2025, 1, 14, 11, 30, tzinfo=UTC)


def test_lowering_the_severity_does_not_lower_it(tmp_path):
    assert one(tmp_path, FINDING, FINDING | LATER | {"Severity": {"Label": "LOW"}})["severity"] == "high"


def test_the_severity_of_the_product_counts_too(tmp_path):
    fields = {"Severity": {"Label": "CRITICAL"}}
    assert one(tmp_path, FINDING | {"FindingProviderFields": fields})["severity"] == "critical"


def test_coverage_counts_versions_and_samples(tmp_path):
    found = collected(tmp_path, [FINDING, FINDING, FINDING | {"Id": "2", "Sample": True}])
    assert len(found["security_findings"]) == 1
    rows = [(row["account"], row["region"], row["records"], row["duplicates"]) for row in found["coverage"]]
    assert rows == [("", "", 3, 1), ("111122223333", "eu-central-1", 3, 1)]
    assert found["coverage"][0]["detail"] == "1 sample findings left out"


def test_an_export_without_findings_is_covered(tmp_path):
    found = collected(tmp_path, [])
    assert found["security_findings"] == []
    assert [(row["account"], row["status"], row["records"]) for row in found["coverage"]] == [("", "ok", 0)]


def answers(found: dict[str, list[Any]]) -> dict[tuple[str, str], tuple[str, Any]]:
    rows = [row for row in found["coverage"] if row["account"]]
    return {(row["region"], row["call"]): (row["status"], row["available_at"]) for row in rows}


def test_an_export_is_as_old_as_its_calls_say_and_of_no_age_without_them(tmp_path):
    (tmp_path / "undated").mkdir()
    assert answers(collected(tmp_path / "undated", [FINDING])) == {("eu-central-1", "read_files"): ("ok", None)}
    (tmp_path / "dated").mkdir()
    quiet = CALL | {"region": "us-east-1", "records": 0, "answered_at": "2025-01-14T12:03:00Z"}
    made, before = (datetime(2025, 1, 14, 12, minute, tzinfo=UTC) for minute in (4, 3))
    assert answers(collected(tmp_path / "dated", [FINDING], calls=[CALL, quiet])) == {
        ("eu-central-1", "read_files"): ("ok", made),
        ("eu-central-1", "GetFindings"): ("ok", made),
        ("us-east-1", "read_files"): ("ok", before),
        ("us-east-1", "GetFindings"): ("ok", before),
    }


def test_calls_count_versions_and_samples_too(tmp_path):
    findings = [FINDING, FINDING | LATER, FINDING | {"Id": "2", "Sample": True}]
    found = answers(collected(tmp_path, findings, calls=[CALL | {"records": 3}]))
    assert found["eu-central-1", "read_files"][0] == "ok"


def test_a_finding_that_its_call_returned_is_missed(tmp_path):
    found = answers(collected(tmp_path, [FINDING], calls=[CALL | {"records": 2}]))
    assert found["eu-central-1", "read_files"][0] == "partial"


@pytest.mark.parametrize(
    ("findings", "message"),
    [
        ([FINDING, without("Id")], "row 2, column 'Id': found None"),
        ([without("ProductArn")], "column 'ProductArn'"),
        ([without("AwsAccountId")], "column 'AwsAccountId'"),
        ([FINDING | {"AwsAccountId": "1"}], "column 'AwsAccountId': found '1', expected 12 digits"),
        ([without("CreatedAt")], "column 'CreatedAt': found None"),
        ([FINDING | {"UpdatedAt": "yesterday"}], "column 'UpdatedAt': found 'yesterday'"),
        ([FINDING | {"FirstObservedAt": "2025-01-14T10:50:00"}], "column 'FirstObservedAt'"),
        ([FINDING | {"CreatedAt": "2025-01-14T12:08:00Z"}], "column 'CreatedAt': .* at most 2 minutes after"),
        (
            [FINDING | {"Severity": {"Label": "SEVERE"}}],
            "column 'Severity.Label': found 'SEVERE', expected one of CRIT",
        ),
        ([without("Severity")], "column 'Severity.Label': found None"),
        ([without("RecordState")], "column 'RecordState'"),
        ([FINDING | {"Workflow": {"Status": "IGNORED"}}], "column 'Workflow.Status': found 'IGNORED'"),
        ([FINDING | {"Region": "eu-centräl-1"}], "column 'Region'"),
        ([FINDING | {"Types": [3]}], "column 'Types'"),
        ([FINDING, FINDING | {"Severity": {"Label": "LOW"}}], "with other content at the same UpdatedAt"),
        ([FINDING, FINDING | LATER | {"Region": "eu-west-1"}], "with another account, region or product"),
        (["text"], "holds no list of findings"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path, findings, message):
    with pytest.raises(CollectionError, match=message):
        collected(tmp_path, findings)


def test_options_are_checked():
    assert SecurityFindingsCollector().check({"files": ["a"], "format": "csv"})[0].startswith("format: ")
