"""Bedrock's invocation log: what was called, when and how long, and no word of what was asked or answered."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from auditor.tables import identifier_halves
from auditor_collectors.bedrock_invocations import BedrockInvocationsCollector
from auditor_collectors.invocation_records import reduced
from one_source import bytes_of, refusal, rows_of, snapshot_of

COLLECTOR = BedrockInvocationsCollector()
OPTIONS = {"files": ["*.log"]}
SAID = "my name is Jane Doe"
MODEL = "eu.anthropic.claude-3-5-sonnet-20241022-v2:0"
RECORD = {
    "schemaType": "ModelInvocationLog",
    "schemaVersion": "1.0",
    "timestamp": "2025-01-14T10:00:00Z",
    "accountId": "111122223333",
    "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/app/jane.doe@example.org"},
    "region": "eu-central-1",
    "requestId": "r1",
    "operation": "Converse",
    "modelId": MODEL,
    "inferenceRegion": "eu-west-1",
    "requestMetadata": {"case": SAID},
    "input": {
        "inputContentType": "application/json",
        "inputBodyJson": {"messages": [{"role": "user", "content": [{"text": SAID}]}]},
        "inputTokenCount": 4,
        "cacheReadInputTokenCount": 2,
        "cacheWriteInputTokenCount": 1,
    },
    "output": {
        "outputContentType": "application/json",
        "outputBodyJson": {
            "output": {"message": {"role": "assistant", "content": [{"text": SAID}]}},
            "metrics": {"latencyMs": 302},
        },
        "outputTokenCount": 38,
    },
}
CHUNKS = [
    {"chunk": SAID},
    {"amazon-bedrock-invocationMetrics": {"invocationLatency": 1200.0001, "firstByteLatency": 300}},
]


def but(**changes):
    """Return the record with other members; one that is ``...`` is left out."""
    return {key: one for key, one in (RECORD | changes).items() if one is not ...}


def answered(body):
    return but(output={"outputBodyJson": body, "outputTokenCount": 1})


def collected(root, *records, compressed=True):
    lines = "".join(json.dumps(one) + "\n" for one in records).encode()
    (root / "a.log").write_bytes(gzip.compress(lines) if compressed else lines)
    return snapshot_of(COLLECTOR, OPTIONS, root)


def one(root, record):
    [row] = rows_of(collected(root, record), "invocations")
    return row


def test_a_record_becomes_a_row(tmp_path):
    row = one(tmp_path, RECORD)
    assert (row.pop("request_hi"), row.pop("request_lo")) == identifier_halves("r1")
    assert row == {
        "event_time": datetime(2025, 1, 14, 10, tzinfo=UTC),
        "account": "111122223333",
        "region": "eu-central-1",
        "operation": "Converse",
        "model_id": MODEL,
        "inference_region": "eu-west-1",
        "input_tokens": 7,
        "output_tokens": 38,
        "latency_us": 302_000,
        "error_code": None,
        "guardrail": None,
    }


def test_nothing_that_anybody_said_leaves(tmp_path):
    snapshot = collected(tmp_path, RECORD, answered(CHUNKS) | {"requestId": "r2"}, compressed=False)
    kept = b"".join(bytes_of(snapshot).values())
    assert b"Jane" not in kept
    assert b"jane" not in kept
    assert str(rows_of(snapshot, "invocations")).count(MODEL) == 2


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ("2025-01-14T11:00:00.5+01:00", datetime(2025, 1, 14, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2025-01-14 10:00:00.250000000", datetime(2025, 1, 14, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("2025-01-14 10:00:00", datetime(2025, 1, 14, 10, tzinfo=UTC)),
    ],
)
def test_both_forms_of_a_time_are_read(tmp_path, stated, moment):
    assert one(tmp_path, but(timestamp=stated))["event_time"] == moment


@pytest.mark.parametrize(
    ("body", "latency"),
    [
        (CHUNKS, 1_200_001),
        ([{"metadata": {"metrics": {"latencyMs": 7}}}], 7_000),
        ({"amazon-bedrock-invocationMetrics": {"invocationLatency": 9}}, 9_000),
        ({"metrics": {"latencyMs": 0.0001}}, 1),
        ({"metrics": {}}, None),
        ([], None),
        (SAID, None),
    ],
)
def test_a_latency_is_found_wherever_the_log_states_it(tmp_path, body, latency):
    assert one(tmp_path, answered(body))["latency_us"] == latency


@pytest.mark.parametrize(
    ("counts", "tokens"),
    [
        ({"inputTokenCount": 4}, 4),
        ({"inputTokenCount": 0, "cacheReadInputTokenCount": 9}, 9),
        ({"cacheReadInputTokenCount": 9}, None),
        ({}, None),
    ],
)
def test_input_is_what_was_sent_and_read_from_a_cache_and_written_to_one(tmp_path, counts, tokens):
    assert one(tmp_path, but(input=counts))["input_tokens"] == tokens


def test_a_call_that_failed_has_no_answer(tmp_path):
    row = one(tmp_path, but(output=..., errorCode="ThrottlingException", inferenceRegion=...))
    assert (row["error_code"], row["output_tokens"], row["latency_us"], row["inference_region"]) == (
        "ThrottlingException",
        None,
        None,
        None,
    )


def test_an_error_that_is_a_sentence_is_an_error_without_its_words(tmp_path):
    assert one(tmp_path, but(errorCode=SAID))["error_code"] == "undeclared"


@pytest.mark.parametrize(
    "record",
    [
        but(input={"inputBodyJson": {"guardrailConfig": {"guardrailIdentifier": "g1", "guardrailVersion": "2"}}}),
        answered({"trace": {"guardrail": {"inputAssessment": {"g1": {"words": SAID}}}}}),
        answered({"amazon-bedrock-trace": {"guardrail": {"input": {"g1": {"words": SAID}}}}}),
    ],
)
def test_the_guardrail_is_named_and_not_what_it_found(tmp_path, record):
    snapshot = collected(tmp_path, record)
    [row] = rows_of(snapshot, "invocations")
    assert row["guardrail"] == "g1"
    assert SAID.encode() not in b"".join(bytes_of(snapshot).values())


def test_a_record_that_was_delivered_twice_is_kept_once(tmp_path):
    snapshot = collected(tmp_path, RECORD, RECORD)
    assert len(rows_of(snapshot, "invocations")) == 1
    [row] = rows_of(snapshot, "coverage")
    assert (row["records"], row["duplicates"], row["status"]) == (2, 1, "ok")


def refused(root, *records):
    (root / "a.log").write_text("".join(json.dumps(one) + "\n" for one in records))
    return refusal(COLLECTOR, OPTIONS, root)


def test_a_request_with_two_contents_is_refused(tmp_path):
    assert "also there with other content" in refused(tmp_path, RECORD, but(modelId="other"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schemaType": ...}, "column 'schemaType': found None, expected ModelInvocationLog"),
        ({"timestamp": "14/01/2025"}, "column 'timestamp': found '14/01/2025'"),
        ({"timestamp": "2025-01-14T12:03:00Z"}, "at most 2 minutes after the collection"),
        ({"accountId": "1"}, "column 'accountId': found '1', expected 12 digits"),
        ({"region": ""}, "column 'region': found '', expected a region"),
        ({"requestId": ...}, "column 'requestId': found None, expected an id"),
        ({"operation": ...}, "column 'operation': found None, expected an operation"),
        ({"input": {"inputTokenCount": "many"}}, "expected counts of tokens"),
        ({"output": {"outputTokenCount": -1}}, "expected a count of tokens"),
        ({"output": {"outputBodyJson": {"metrics": {"latencyMs": "soon"}}}}, "expected a number of ms"),
    ],
)
def test_what_is_wrong_is_refused_by_line_and_member(tmp_path, changes, said):
    message = refused(tmp_path, RECORD, but(**({"requestId": "r2"} | changes)))
    assert "a.log, row 2" in message
    assert said in message


def test_what_is_no_json_is_refused_by_its_line(tmp_path):
    (tmp_path / "a.log").write_text(json.dumps(RECORD) + "\n{")
    assert "a.log, line 2: not JSON" in refusal(COLLECTOR, OPTIONS, tmp_path)


def test_a_record_that_was_cut_down_gives_the_same_row(tmp_path):
    """The way of a recording (``reduced``) and that of a file agree, for every form of a record above."""
    records = [
        RECORD,
        but(requestId="r2", timestamp="2025-01-14 10:00:00.250000000", errorCode="ValidationException", output=...),
        answered(CHUNKS) | {"requestId": "r3"},
        answered({"trace": {"guardrail": {"inputAssessment": {"g1": {"words": SAID}}}}}) | {"requestId": "r4"},
        but(requestId="r5", input={"inputBodyJson": {"guardrailConfig": {"guardrailIdentifier": "g2"}}}),
        answered([{"metadata": {"metrics": {"latencyMs": 0.1}}}]) | {"requestId": "r6"},
    ]
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    lines = "".join(json.dumps(one) + "\n" for one in records).encode()
    small = reduced(gzip.compress(lines))
    assert b"Jane" not in small
    assert reduced(lines) == small
    first = rows_of(collected(whole, *records), "invocations")
    assert first == rows_of(collected(cut, *json.loads(small)), "invocations")
    assert len(first) == 6


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]\n", gzip.compress(b"{}\n", mtime=0)[:-9], b"\xff\n", b"7\n"],
    ids=["cut", "list", "cut gzip", "no UTF-8", "number"],
)
def test_what_is_no_record_becomes_null_and_is_not_raised(body):
    assert json.loads(reduced(body))[-1] is None


def test_an_object_that_is_empty_has_no_record():
    assert json.loads(reduced(b"")) == []
