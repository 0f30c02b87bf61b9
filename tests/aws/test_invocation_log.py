"""Bedrock's invocation log of a region, read from the bucket that the region names, without a word of it recorded."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from botocore.response import StreamingBody

from auditor.errors import CollectionError
from auditor_collectors.aws.sources import invocation_log
from auditor_collectors.aws.sources.invocation_log import InvocationLogCollector
from aws.stubbed import ACCOUNT, HOME, Stubs, rows_of

COLLECTOR = InvocationLogCollector()
SAID = "my name is Jane Doe"
BUCKET = "logs-eu"
FOLDER = f"in/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/{HOME}/2025/01/"
LOGGED = {"loggingConfig": {"s3Config": {"bucketName": BUCKET, "keyPrefix": "in"}, "textDataDeliveryEnabled": True}}


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def record(number=1, **changes):
    one = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2025-01-14T10:00:00Z",
        "accountId": ACCOUNT,
        "region": HOME,
        "requestId": f"r{number}",
        "operation": "Converse",
        "modelId": "m",
        "requestMetadata": {"case": SAID},
        "input": {"inputBodyJson": {"messages": SAID}, "inputTokenCount": 4},
        "output": {"outputBodyJson": {"output": SAID, "metrics": {"latencyMs": 302}}, "outputTokenCount": 38},
    }
    return one | changes


def body(*records):
    content = gzip.compress("".join(json.dumps(one) + "\n" for one in records).encode())
    return {"Body": StreamingBody(io.BytesIO(content), len(content)), "Metadata": {"who": SAID}}


def listed(stubs, yesterday, today):
    for day, keys in (("13", yesterday), ("14", today)):
        asked = {"Bucket": BUCKET, "Prefix": f"{FOLDER}{day}/"}
        contents = {"Contents": [{"Key": f"{FOLDER}{day}/{key}"} for key in keys]} if keys else {}
        stubs.answer("s3", "ListObjectsV2", contents, asked)


def given(stubs, day, key, *records):
    stubs.answer("s3", "GetObject", body(*records), {"Bucket": BUCKET, "Key": f"{FOLDER}{day}/{key}"})


def answers(found):
    return {row["call"]: (row["status"], row["records"]) for row in found["source_answers"]}


def test_what_a_region_logged_is_read_from_the_bucket_that_it_names(stubs, tmp_path):
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", LOGGED)
    listed(stubs, ["23/b.json.gz"], ["09/a.json.gz", "09/data/r1_input.json.gz", "09/other.txt"])
    given(stubs, "13", "23/b.json.gz", record(1), record(2))
    given(stubs, "14", "09/a.json.gz", record(1), record(3, timestamp="2025-01-14 09:59:59.5"))
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [row["event_time"] for row in found["invocations"]] == [
        at(2025, 1, 14, 9, 59, 59, 500_000),
        at(2025, 1, 14, 10),
        at(2025, 1, 14, 10),
    ]
    assert {(row["latency_us"], row["input_tokens"], row["region"]) for row in found["invocations"]} == {
        (302_000, 4, HOME)
    }
    assert answers(found) == {
        "GetModelInvocationLoggingConfiguration": ("ok", 1),
        "ListObjectsV2": ("ok", 2),
        "GetObject": ("ok", 4),
    }
    asked = {(row["asked_from"], row["asked_until"]) for row in found["source_answers"] if row["asked_from"]}
    assert asked == {(at(2025, 1, 13), at(2025, 1, 15))}


def test_no_prompt_and_no_answer_is_recorded(stubs, tmp_path):
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", LOGGED)
    listed(stubs, [], ["09/a.json.gz"])
    given(stubs, "14", "09/a.json.gz", record())
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert len(found["invocations"]) == 1
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"inputTokenCount" in one for one in kept)
    for one in kept:
        assert SAID.encode() not in one
        assert not one.startswith(b"\x1f\x8b")
    assert SAID not in str(found)


@pytest.mark.parametrize(
    "config",
    [{}, {"loggingConfig": {"cloudWatchConfig": {"logGroupName": "g", "roleArn": "arn:aws:iam::1:role/r" * 2}}}],
)
def test_a_region_that_does_not_log_to_s3_is_a_fact_and_no_more_is_asked(stubs, tmp_path, config):
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", config)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [row["bucket"] for row in found["invocation_logging"]] == [None]
    assert answers(found) == {"GetModelInvocationLoggingConfiguration": ("ok", 1)}


@pytest.mark.parametrize("call", ["ListObjectsV2", "GetObject"])
def test_what_may_not_be_read_is_said_and_the_rest_is_kept(stubs, tmp_path, call):
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", LOGGED)
    if call == "ListObjectsV2":
        stubs.refuse("s3", "ListObjectsV2", "AccessDenied", status=403)
        stubs.answer("s3", "ListObjectsV2", {"Contents": [{"Key": f"{FOLDER}14/b.json.gz"}]})
    else:
        listed(stubs, [], ["a.json.gz", "b.json.gz"])
        stubs.refuse("s3", "GetObject", "AccessDenied", status=403)
    given(stubs, "14", "b.json.gz", record())
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert len(found["invocations"]) == 1
    assert answers(found)[call][0] == "denied"
    [covered] = [row for row in found["coverage"] if row["call"] == call]
    assert covered["status"] == "denied"


def test_what_is_no_record_is_refused_by_its_object(stubs, tmp_path):
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", LOGGED)
    listed(stubs, [], ["a.json.gz"])
    broken = {"Body": StreamingBody(io.BytesIO(b"{" + SAID.encode()), 1 + len(SAID))}
    stubs.answer("s3", "GetObject", broken)
    with pytest.raises(CollectionError) as refused:
        rows_of(COLLECTOR, {}, tmp_path)
    assert "a.json.gz" in str(refused.value)
    assert SAID not in str(refused.value)


def test_a_record_that_is_wrong_is_refused_by_its_object(stubs, tmp_path):
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", LOGGED)
    listed(stubs, [], ["a.json.gz", "b.json.gz"])
    given(stubs, "14", "a.json.gz", record())
    given(stubs, "14", "b.json.gz", record(2, accountId="1"))
    with pytest.raises(CollectionError, match=r"b\.json\.gz.*row 1, column 'accountId': found '1', expected 12 digits"):
        rows_of(COLLECTOR, {}, tmp_path)


def test_many_objects_are_put_aside_some_at_a_time(stubs, tmp_path, monkeypatch):
    monkeypatch.setattr(invocation_log, "BATCH_BYTES", 1)
    monkeypatch.setattr(invocation_log, "BATCH_ROWS", 1)
    stubs.answer("bedrock", "GetModelInvocationLoggingConfiguration", LOGGED)
    names = [f"{number}.json.gz" for number in range(5)]
    listed(stubs, [], names)
    for number, name in enumerate(names):
        given(stubs, "14", name, *([record(number)] if number else []))
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert len(found["invocations"]) == 4
    assert answers(found)["GetObject"] == ("ok", 4)
