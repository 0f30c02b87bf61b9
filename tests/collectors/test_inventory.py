"""The inventory of resources: every one listed, none twice, none of an unmapped type, and what was asked beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope
from auditor_collectors.inventory import InventoryCollector

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2025, 1, 14, 12, 5, tzinfo=UTC)
HERE = ("111122223333", "eu-central-1")
TABLE = {
    "arn": "arn:aws:dynamodb:eu-central-1:111122223333:table/tickets",
    "resourceType": "AWS::DynamoDB::Table",
    "accountId": "111122223333",
    "awsRegion": "eu-central-1",
    "dataClass": "personal",
}
BUCKET = {
    "arn": "arn:aws:s3:::transcripts",
    "resourceType": "AWS::S3::Bucket",
    "accountId": "111122223333",
    "awsRegion": "",
    "dataClass": None,
}
CALL = {"account": HERE[0], "region": HERE[1], "call": "ListTables", "status": "ok", "records": 1}
OPTIONS = {
    "files": ["resources.*"],
    "format": "jsonl",
    "columns": {
        "arn": "arn",
        "resource_type": "resourceType",
        "account": "accountId",
        "region": "awsRegion",
        "data_class": "dataClass",
    },
    "kinds": {"AWS::DynamoDB::Table": "store", "AWS::S3::Bucket": "store", "AWS::KMS::Key": "key"},
}
CSV = {"format": "csv"}


def collected(root: Path, lines: list[Any], calls: list[Any] | None = None, **options: Any) -> dict[str, list[Any]]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (root / "resources.txt").write_text("".join(f"{text}\n" for text in texts))
    given = OPTIONS | options
    if calls is not None:
        (root / "calls.jsonl").write_text("".join(f"{json.dumps(call)}\n" for call in calls))
        given = given | {"calls": ["calls.jsonl"]}
    (root / "work").mkdir()
    collector = InventoryCollector()
    assert collector.check(given) == []
    context = CollectContext("inventory", Scope("s", "e", "r", "p"), root, root / "work", NOW)
    found: dict[str, list[Any]] = {"resources": [], "coverage": []}
    for batch in collector.collect(given, context):
        found[batch.table] += batch.rows.to_pylist()
    return found


def coverage(found: dict[str, list[Any]]) -> dict[tuple[str, str, str], tuple[str, int]]:
    return {(one["account"], one["region"], one["call"]): (one["status"], one["records"]) for one in found["coverage"]}


def test_what_is_listed_becomes_rows(tmp_path):
    rows = {one["arn"]: one for one in collected(tmp_path, [TABLE, BUCKET])["resources"]}
    table, bucket = rows[TABLE["arn"]], rows[BUCKET["arn"]]
    assert (table["service"], table["kind"], table["region"], table["data_class"]) == (
        "dynamodb",
        "store",
        "eu-central-1",
        "personal",
    )
    assert (bucket["service"], bucket["region"], bucket["data_class"]) == ("s3", "", None)


def test_csv_gives_the_same_rows(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    lines = [",".join(TABLE), *(",".join(one[name] or "" for name in TABLE) for one in (TABLE, BUCKET))]
    expected = collected(tmp_path / "a", [TABLE, BUCKET])["resources"]
    assert len(expected) == 2
    assert collected(tmp_path / "b", lines, **CSV)["resources"] == expected


def test_a_source_cannot_claim_a_signed_classification(tmp_path):
    found = collected(tmp_path, [TABLE | {"classification_signed": True, "dataClass": "none"}])
    assert [(one["data_class"], one["classification_signed"]) for one in found["resources"]] == [("none", False)]


def test_coverage_has_each_cell_and_the_whole(tmp_path):
    found = collected(tmp_path, [TABLE, BUCKET])
    assert coverage(found) == {
        ("", "", "read_files"): ("ok", 2),
        (*HERE, "read_files"): ("ok", 1),
        (HERE[0], "", "read_files"): ("ok", 1),
    }
    assert all(one["collected_at"] == NOW and one["sha256"] for one in found["coverage"])


def test_a_recorded_call_that_found_nothing_is_a_cell(tmp_path):
    quiet = CALL | {"region": "us-east-1", "records": 0}
    assert coverage(collected(tmp_path, [TABLE], [CALL, quiet])) == {
        ("", "", "read_files"): ("ok", 1),
        (*HERE, "ListTables"): ("ok", 1),
        (*HERE, "read_files"): ("ok", 1),
        (HERE[0], "us-east-1", "ListTables"): ("ok", 0),
        (HERE[0], "us-east-1", "read_files"): ("ok", 0),
    }


def test_a_denied_call_stays_denied(tmp_path):
    denied = CALL | {"call": "ListBuckets", "status": "denied", "records": 0}
    assert coverage(collected(tmp_path, [TABLE], [CALL, denied]))[(*HERE, "ListBuckets")] == ("denied", 0)


@pytest.mark.parametrize("calls", [[CALL | {"records": 2}], [CALL | {"region": "eu-west-1", "records": 0}]])
def test_a_cell_that_its_calls_count_otherwise_is_partial(tmp_path, calls):
    assert coverage(collected(tmp_path, [TABLE], calls))[(*HERE, "read_files")] == ("partial", 1)


MADE = "2025-01-14T12:00:00Z"


def ages(found: dict[str, list[Any]]) -> dict[tuple[str, str], datetime | None]:
    return {(one["region"], one["call"]): one["available_at"] for one in found["coverage"] if one["account"]}


def test_without_recorded_calls_nobody_says_how_old_it_is(tmp_path):
    assert ages(collected(tmp_path, [TABLE])) == {(HERE[1], "read_files"): None}


def test_a_cell_is_as_old_as_the_first_of_its_answers(tmp_path):
    second = CALL | {"call": "ListBuckets", "records": 0}
    first, last = datetime(2025, 1, 14, 12, tzinfo=UTC), datetime(2025, 1, 14, 12, 6, tzinfo=UTC)
    calls = [CALL | {"answered_at": "2025-01-14T13:06:00+01:00"}, second | {"answered_at": MADE}]
    assert ages(collected(tmp_path, [TABLE], calls)) == {
        (HERE[1], "read_files"): first,
        (HERE[1], "ListTables"): last,
        (HERE[1], "ListBuckets"): first,
    }


@pytest.mark.parametrize("undated", [{}, {"answered_at": None}])
def test_a_cell_of_which_one_answer_has_no_instant_has_no_age(tmp_path, undated):
    calls = [CALL | {"answered_at": MADE}, CALL | {"call": "ListBuckets", "records": 0} | undated]
    found = ages(collected(tmp_path, [TABLE], calls))
    assert (found[HERE[1], "read_files"], found[HERE[1], "ListBuckets"]) == (None, None)
    assert found[HERE[1], "ListTables"] == datetime(2025, 1, 14, 12, tzinfo=UTC)


def test_an_old_export_that_is_copied_today_stays_old(tmp_path):
    calls = [CALL | {"answered_at": "2024-12-24T12:00:00Z"}]
    assert ages(collected(tmp_path, [TABLE], calls))[HERE[1], "read_files"] == datetime(2024, 12, 24, 12, tzinfo=UTC)


def test_a_cell_of_which_one_call_was_refused_is_partial(tmp_path):
    denied = CALL | {"call": "ListBuckets", "status": "denied", "records": 0}
    found = collected(tmp_path, [TABLE], [CALL, denied])
    assert coverage(found)[*HERE, "read_files"] == ("partial", 1)
    assert "ListBuckets" in next(one["detail"] for one in found["coverage"] if one["account"])


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in TABLE.items() if key != name}


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([TABLE, BUCKET, TABLE], {}, r"row 3: arn:aws:dynamodb:.* is listed twice, also in resources.txt, row 1"),
        ([TABLE, without("awsRegion")], {}, "line 2: column 'awsRegion' is missing"),
        ([",".join(without("awsRegion")), "a,b,c,d"], CSV, "line 1: column 'awsRegion' is missing"),
        ([",".join(TABLE), "a,b,c,d"], CSV, "line 2: found 4 values, expected 5"),
        ([TABLE | {"awsRegion": "eu-centräl-1"}], {}, "row 1, column 'awsRegion': found .* expected text in ASCII"),
        ([TABLE | {"awsRegion": None}], {}, "row 1, column 'awsRegion': found None, expected text in ASCII"),
        ([TABLE | {"dataClass": 3}], {}, "row 1, column 'dataClass': found 3"),
        ([TABLE | {"arn": "tickets"}], {}, "row 1, column 'arn': .* expected an ARN"),
        ([TABLE | {"accountId": "1111"}], {}, "row 1, column 'accountId': .* expected 12 digits"),
        ([TABLE | {"awsRegion": "eu-west-1"}], {}, "'awsRegion': found 'eu-west-1', expected 'eu-central-1' as in its"),
        ([TABLE | {"accountId": "444455556666"}], {}, "'accountId': .* expected '111122223333' as in its ARN"),
        ([TABLE | {"resourceType": "AWS::RDS::DBInstance"}], {}, "column 'resourceType': .* a type of the mapping"),
        (["", ""], {}, "list no resource"),
        (["[]"], {}, "line 1: found list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_file_and_row(tmp_path, lines, options, message):
    with pytest.raises(CollectionError, match=message):
        collected(tmp_path, lines, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (CALL | {"status": "fine"}, "row 1, column 'status': found 'fine'"),
        (CALL | {"records": -1}, "row 1, column 'records': found -1"),
        (CALL | {"records": True}, "row 1, column 'records': found True"),
        (CALL | {"account": ""}, "row 1, column 'account'"),
        (CALL | {"call": "read_files"}, "row 1, column 'call'"),
        (CALL | {"region": "ü"}, "row 1, column 'region'"),
        ({"account": HERE[0]}, "line 1: found members account, expected account, call, records, region, status, and"),
        (CALL | {"asked_at": MADE}, "line 1: found members account, asked_at, call"),
        (CALL | {"answered_at": "2025-01-14T12:00:00"}, "line 1, member 'answered_at': .* with a time zone"),
        (
            CALL | {"answered_at": "2025-01-14T12:07:01Z"},
            "line 1, member 'answered_at': .* 2 minutes after the collect",
        ),
    ],
)
def test_a_wrong_call_is_refused(tmp_path, call, message):
    with pytest.raises(CollectionError, match=message):
        collected(tmp_path, [TABLE], [call])


def test_a_call_recorded_twice_is_refused(tmp_path):
    with pytest.raises(CollectionError, match="row 2, column 'call'.* each call of a cell once"):
        collected(tmp_path, [TABLE], [CALL, CALL])


def test_options_are_checked():
    assert InventoryCollector().check({**OPTIONS, "kinds": {"AWS::S3::Bucket": "shop"}})[0].startswith("kinds.")
    assert InventoryCollector().check({**OPTIONS, "columns": {"arn": "arn"}})[0].startswith("columns.resource_type")
    assert InventoryCollector().check({**OPTIONS, "signed": True}) == ["signed: Extra inputs are not permitted"]
