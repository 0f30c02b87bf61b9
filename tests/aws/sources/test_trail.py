"""The trails of a region through the asker: what they are, whether they log, and what they record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.errors import CollectionError
from auditor_collectors.answers import Page
from auditor_collectors.aws.sources.trail import TrailCollector
from auditor_collectors.trail_pages import selectors
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

ARN = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/audit"
TRAIL = {
    "Name": "audit",
    "S3BucketName": "company-trail",
    "IsMultiRegionTrail": True,
    "HomeRegion": HOME,
    "TrailARN": ARN,
    "LogFileValidationEnabled": True,
    "IsOrganizationTrail": False,
}
AT = datetime(2025, 1, 14, 11, tzinfo=UTC)


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    stubs = Stubs(monkeypatch)
    stubs.answer("cloudtrail", "DescribeTrails", {"trailList": [TRAIL]}, {"includeShadowTrails": True})
    return stubs


def basic(**changes):
    return {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], **changes}


def test_a_trail_its_status_and_its_selectors_become_rows(stubs, tmp_path):
    status = {"IsLogging": True, "LatestDeliveryError": "", "LatestDigestDeliveryTime": AT}
    stubs.answer("cloudtrail", "GetTrailStatus", status, {"Name": ARN})
    selected = {"TrailARN": ARN, "EventSelectors": [basic(ExcludeManagementEventSources=["kms.amazonaws.com"])]}
    stubs.answer("cloudtrail", "GetEventSelectors", selected, {"TrailName": ARN})
    found = rows_of(TrailCollector(), {}, tmp_path, stubs)
    place = {"account": ACCOUNT, "region": HOME, "answered_at": COLLECTED_AT}
    assert found["trails"] == [
        {
            **place,
            "arn": ARN,
            "home_region": HOME,
            "multi_region": True,
            "organization": False,
            "validation": True,
            "bucket": "company-trail",
            "prefix": "",
            "key_arn": None,
            "logging": True,
            "delivery_error": None,
            "digest_error": None,
            "digest_at": AT,
        }
    ]
    assert found["trail_selectors"] == [
        {
            **place,
            "arn": ARN,
            "selector": 1,
            "category": "Management",
            "reads": True,
            "writes": True,
            "excluded_sources": "kms.amazonaws.com",
            "resource_types": None,
            "narrowed": False,
        }
    ]
    answers = [(row["call"], row["subject"], row["status"], row["records"]) for row in found["source_answers"]]
    assert answers == [
        ("DescribeTrails", "", "ok", 1),
        ("GetTrailStatus", ARN, "ok", 1),
        ("GetEventSelectors", ARN, "ok", 1),
    ]


def test_what_is_denied_leaves_its_columns_open_and_says_so(stubs, tmp_path):
    stubs.refuse("cloudtrail", "GetTrailStatus", "AccessDeniedException")
    stubs.refuse("cloudtrail", "GetEventSelectors", "AccessDeniedException")
    found = rows_of(TrailCollector(), {}, tmp_path, stubs)
    assert [(row["logging"], row["delivery_error"]) for row in found["trails"]] == [(None, None)]
    assert "trail_selectors" not in found
    assert [(row["call"], row["status"], row["records"]) for row in found["source_answers"]] == [
        ("DescribeTrails", "ok", 1),
        ("GetTrailStatus", "denied", 0),
        ("GetEventSelectors", "denied", 0),
    ]


def test_a_list_that_is_denied_is_an_answer_without_trails(monkeypatch, tmp_path):
    stubs = Stubs(monkeypatch)
    stubs.refuse("cloudtrail", "DescribeTrails", "AccessDeniedException")
    found = rows_of(TrailCollector(), {}, tmp_path, stubs)
    assert "trails" not in found
    assert [(row["call"], row["status"], row["records"]) for row in found["source_answers"]] == [
        ("DescribeTrails", "denied", 0)
    ]


def of(document):
    return [
        (row["category"], row["reads"], row["writes"], row["excluded_sources"], row["resource_types"], row["narrowed"])
        for row in selectors([Page("page", document)])
    ]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (basic(), [("Management", True, True, "", None, False)]),
        (basic(ReadWriteType="WriteOnly"), [("Management", False, True, "", None, False)]),
        (basic(ReadWriteType="ReadOnly"), [("Management", True, False, "", None, False)]),
        (basic(IncludeManagementEvents=False), []),
        (
            basic(DataResources=[{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]),
            [("Management", True, True, "", None, False), ("Data", True, True, "", "AWS::S3::Object", True)],
        ),
    ],
)
def test_a_basic_selector_records_reads_unless_it_is_write_only(selector, expected):
    assert of({"EventSelectors": [selector]}) == expected


def field(name, **operators):
    return {"Field": name, **operators}


MANAGEMENT = field("eventCategory", Equals=["Management"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([MANAGEMENT], ("Management", True, True, "", None, False)),
        ([MANAGEMENT, field("readOnly", Equals=["false"])], ("Management", False, True, "", None, False)),
        ([MANAGEMENT, field("readOnly", Equals=["true"])], ("Management", True, False, "", None, False)),
        ([MANAGEMENT, field("readOnly", NotEquals=["true"])], ("Management", True, True, "", None, True)),
        (
            [MANAGEMENT, field("eventSource", NotEquals=["kms.amazonaws.com", "bedrock.amazonaws.com"])],
            ("Management", True, True, "bedrock.amazonaws.com,kms.amazonaws.com", None, False),
        ),
        ([MANAGEMENT, field("eventSource", Equals=["kms.amazonaws.com"])], ("Management", True, True, "", None, True)),
        ([MANAGEMENT, field("eventName", NotEquals=["Converse"])], ("Management", True, True, "", None, True)),
        (
            [field("eventCategory", Equals=["Data"]), field("resources.type", Equals=["AWS::S3::Object"])],
            ("Data", True, True, "", "AWS::S3::Object", False),
        ),
    ],
)
def test_an_advanced_selector_records_what_its_fields_leave(fields, expected):
    assert of({"AdvancedEventSelectors": [{"Name": "n", "FieldSelectors": fields}]}) == [expected]


@pytest.mark.parametrize(
    "fields", [[], [field("readOnly", Equals=["true"])], [5], [field("eventCategory", Equals=["Management", "Data"])]]
)
def test_an_advanced_selector_of_no_category_is_refused(fields):
    with pytest.raises(CollectionError):
        of({"AdvancedEventSelectors": [{"FieldSelectors": fields}]})
