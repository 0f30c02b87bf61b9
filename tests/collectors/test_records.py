"""The records of a controller become rows; free text stays behind, and nothing is recorded twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
import yaml

from auditor_collectors.records import RecordsCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {"files": ["records/*"]}
ARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/tickets"
REGISTER = {
    "kind": "register",
    "reviewed": "2025-01-02",
    "activities": [
        {
            "activity": "support",
            "controller": "Jane Doe, jane@example.org",
            "purposes": ["answers"],
            "data_subjects": ["customers"],
            "personal_data": ["contact"],
            "recipients": [],
            "retention": "90 days",
            "systems": [ARN],
        }
    ],
}
PROCESSORS = {
    "kind": "processors",
    "reviewed": "2025-01-02",
    "processors": [
        {
            "vendor": "aws",
            "names": ["aws", "bedrock"],
            "contract_signed": "2024-01-10",
            "contract_until": "2026-12-31",
            "subprocessors": [{"subprocessor": "example-support", "country": "NO"}],
        },
        {"vendor": "mcp", "names": ["mcp"], "relation": "own"},
    ],
}
ASSESSMENTS = {
    "kind": "assessments",
    "reviewed": "2025-01-02",
    "assessments": [{"assessment": "d1", "covers": ["direct", "mcp"], "made": "2025-01-02", "residual_risk": "high"}],
}
TRANSFERS = {
    "kind": "transfers",
    "reviewed": "2025-01-02",
    "transfers": [
        {
            "record": "t1",
            "vendor": "aws",
            "destinations": [{"country": "US", "region": "us-east-1"}, {"country": "US"}],
            "mechanism": "adequacy",
            "decided": "2024-01-10",
            "valid_until": "2026-01-09",
        }
    ],
}
PURPOSES = {
    "kind": "purposes",
    "reviewed": "2025-01-02",
    "purposes": [{"purpose": "answers", "lawful_basis": "data_protection"}],
}
ALL = {"a": REGISTER, "b": PROCESSORS, "c": ASSESSMENTS, "d": TRANSFERS, "e": PURPOSES}


def at(*day):
    return datetime(*day, tzinfo=UTC)


def write(root, documents, form="yaml"):
    (root / "records").mkdir(exist_ok=True)
    for name, document in documents.items():
        text = yaml.safe_dump(document) if form == "yaml" else json.dumps(document)
        (root / "records" / f"{name}.{form}").write_text(text)


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_every_kind_becomes_rows_and_no_free_text_leaves(tmp_path, form):
    write(tmp_path, ALL, form)
    snapshot = snapshot_of(RecordsCollector(), OPTIONS, tmp_path)
    reviewed = {"reviewed_at": at(2025, 1, 2)}
    [activity] = rows_of(snapshot, "register_activities")
    assert activity == reviewed | {
        "activity": "support",
        "controller_stated": True,
        "purposes_stated": True,
        "categories_stated": True,
        "recipients_stated": True,
        "transfers_stated": False,
        "retention_stated": True,
        "security_stated": False,
    }
    assert rows_of(snapshot, "register_systems") == [{"activity": "support", "arn": ARN}]
    contract = {"contract_signed_at": at(2024, 1, 10), "contract_until": at(2027, 1, 1), "subprocessors_listed": True}
    none = {"contract_signed_at": None, "contract_until": None, "subprocessors_listed": False}
    assert rows_of(snapshot, "processors") == [
        {"vendor": "aws", "name": "aws", "relation": "processor"} | contract | reviewed,
        {"vendor": "aws", "name": "bedrock", "relation": "processor"} | contract | reviewed,
        {"vendor": "mcp", "name": "mcp", "relation": "own"} | none | reviewed,
    ]
    assert rows_of(snapshot, "subprocessors") == [{"vendor": "aws", "subprocessor": "example-support", "country": "NO"}]
    assert rows_of(snapshot, "assessments") == [
        {
            "assessment": "d1",
            "covers": covers,
            "required": True,
            "made_at": at(2025, 1, 2),
            "approved_at": None,
            "residual_risk": "high",
            "consulted_at": None,
        }
        | reviewed
        for covers in ("direct", "mcp")
    ]
    transfer = {"record": "t1", "destination_country": "US", "vendor": "aws", "mechanism": "adequacy"}
    dates = {"decided_at": at(2024, 1, 10), "valid_until": at(2026, 1, 10), "assessed_at": None}
    found = rows_of(snapshot, "transfer_records")
    assert [one.pop("destination_region") for one in found] == ["us-east-1", None]
    assert found == [transfer | dates | reviewed] * 2
    assert rows_of(snapshot, "purposes") == [{"purpose": "answers", "lawful_basis": "data_protection"} | reviewed]
    [covered] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (covered["records"], covered["status"], covered["available_at"]) == (5, "ok", None)
    assert not any(b"jane" in content.lower() or b"90 days" in content for content in bytes_of(snapshot).values())


def test_the_last_export_counts_the_documents(tmp_path):
    write(tmp_path, {"a": REGISTER, "b": PROCESSORS})
    (tmp_path / "e.jsonl").write_text('{"exported_at": "2025-01-14T11:00:00Z", "records": 3}\n')
    snapshot = snapshot_of(RecordsCollector(), OPTIONS | {"exports": ["e.jsonl"]}, tmp_path)
    [covered] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (covered["status"], covered["available_at"]) == ("partial", at(2025, 1, 14, 11))


@pytest.mark.parametrize("document", ALL.values(), ids=lambda one: one["kind"])
def test_what_is_recorded_in_two_files_is_refused(tmp_path, document):
    write(tmp_path, {"a": document, "b": document})
    assert "is recorded in records/a.yaml too" in refusal(RecordsCollector(), OPTIONS, tmp_path)


def test_what_is_recorded_twice_in_one_file_is_refused(tmp_path):
    write(tmp_path, {"a": PURPOSES | {"purposes": PURPOSES["purposes"] * 2}}, "json")
    assert "answers data_protection (purposes) is recorded in records/a.json too" in refusal(
        RecordsCollector(), OPTIONS, tmp_path
    )


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (PURPOSES | {"reviewed": "2025-01-16"}, "reviewed is 2025-01-16, expected no day after the collection"),
        (
            TRANSFERS | {"transfers": [TRANSFERS["transfers"][0] | {"decided": "2025-02-01"}]},
            "decided is 2025-02-01, expected no day after the collection",
        ),
        (PURPOSES | {"kind": "other"}, "kind: found 'other', expected one of register"),
        (PURPOSES | {"bogus": 1}, "bogus: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_refused_with_its_file(tmp_path, document, said):
    write(tmp_path, {"a": document})
    message = refusal(RecordsCollector(), OPTIONS, tmp_path)
    assert message.startswith("records/a.yaml")
    assert said in message


def test_a_day_that_began_elsewhere_is_taken(tmp_path):
    write(tmp_path, {"a": PURPOSES | {"reviewed": "2025-01-15"}})
    [row] = rows_of(snapshot_of(RecordsCollector(), OPTIONS, tmp_path), "purposes")
    assert row["reviewed_at"] == at(2025, 1, 15)
