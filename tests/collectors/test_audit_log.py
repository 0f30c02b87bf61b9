import gzip
import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor_collectors.audit_event import LISTED
from auditor_collectors.audit_log import AuditLogCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

VALUES = {
    "event_type": ["request_routed"],
    "operation": ["summarise"],
    "provider": ["bedrock"],
    "model_id": ["eu.anthropic.claude-sonnet-4"],
    "route": {"direct_bedrock": "direct", "mcp": "mcp"},
    "compliance_status": ["compliant"],
}
LOG = {"files": ["app.log*"], "format": "log", "values": VALUES}
JSONL = LOG | {"format": "jsonl"}
EVENT = {
    "eventId": "e-1",
    "timestamp": "2025-01-14T10:00:00.5Z",
    "eventType": "request_routed",
    "requestId": "r-1",
    "userId": "u-8831",
    "operation": "summarise",
    "provider": "bedrock",
    "modelId": "eu.anthropic.claude-sonnet-4",
    "metadata": {"routingPath": "direct_bedrock", "note": "called by Jane"},
    "contentHash": "9f86d081",
    "piiDetected": False,
    "piiTypes": [],
    "complianceStatus": "compliant",
    "gdprLawfulBasis": "contract",
    "latencyMs": 12.0001,
    "previousEventHash": "",
    "eventHash": "1a2b3c",
}
PERSONAL = ("jane.doe@example.org", "u-8831-jane", "DE89370400440532013000")


def marked(*events):
    return "".join(f"2025-01-14 10:00:00 INFO [main] AUDIT: {json.dumps(event)}\n" for event in events)


def collected(root, text, options=LOG, **more):
    (root / "app.log").write_text(text)
    return snapshot_of(AuditLogCollector(), options, root, **more)


def coverage(snapshot):
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    return cell


def events_of(snapshot):
    return rows_of(snapshot, "application_events")


def test_an_event_becomes_a_row_of_allowed_columns(tmp_path):
    snapshot = collected(tmp_path, "starting\n" + marked(EVENT) + "non-AUDIT: this\n\n")
    assert events_of(snapshot) == [
        {
            "event_time": datetime(2025, 1, 14, 10, 0, 0, 500_000, tzinfo=UTC),
            "event_hi": identifier_halves("e-1")[0],
            "event_lo": identifier_halves("e-1")[1],
            "request_hi": identifier_halves("r-1")[0],
            "request_lo": identifier_halves("r-1")[1],
            "person": None,
            "event_type": "request_routed",
            "operation": "summarise",
            "provider": "bedrock",
            "model_id": "eu.anthropic.claude-sonnet-4",
            "route": "direct",
            "pii_detected": False,
            "compliance_status": "compliant",
            "lawful_basis": "contract",
            "latency_us": 12_001,
            "outcome": None,
            "unhealthy_route": None,
            "optimal": None,
            "induced": None,
            "checks": None,
            "violations": None,
            "score": None,
            "previous_hash": "empty",
            "event_hash": "present",
            "hash_verified": False,
            "chain": 1,
            "sequence": 1,
            "link": "genesis",
        }
    ]
    assert (coverage(snapshot)["records"], coverage(snapshot)["detail"]) == (1, "3 lines without AUDIT, not read")


def test_what_an_event_does_not_say_is_null(tmp_path):
    least = {name: EVENT[name] for name in ("eventId", "timestamp", "eventType")}
    [row] = events_of(collected(tmp_path, marked(least | {"requestId": ""})))
    said = {name for name, value in row.items() if value is not None}
    assert said == {
        "event_time", "event_hi", "event_lo", "event_type", "previous_hash", "event_hash", "chain", "sequence", "link",
    }  # fmt: skip
    assert (row["previous_hash"], row["event_hash"]) == ("absent", "absent")


def test_a_text_that_is_not_listed_is_undeclared_and_counted(tmp_path):
    snapshot = collected(tmp_path, marked(EVENT | {"gdprLawfulBasis": "data_protection", "operation": "Summarise"}))
    [row] = events_of(snapshot)
    assert (row["lawful_basis"], row["operation"]) == ("undeclared", "undeclared")
    assert coverage(snapshot)["detail"] == (
        "1 events whose gdprLawfulBasis is not listed in values.lawful_basis, "
        "1 events whose operation is not listed in values.operation"
    )


def test_an_event_a_line_in_gzip_says_the_same(tmp_path):
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(EVENT).encode() + b"\n\n"))
    (tmp_path / "other").mkdir()
    one = events_of(snapshot_of(AuditLogCollector(), JSONL, tmp_path))
    assert one == events_of(collected(tmp_path / "other", marked(EVENT)))


def test_bytes_before_the_mark_are_not_read(tmp_path):
    (tmp_path / "app.log").write_bytes(b"\xff\xfe caf\xe9 AUDIT: " + json.dumps(EVENT).encode())
    assert len(events_of(snapshot_of(AuditLogCollector(), LOG, tmp_path))) == 1


def test_an_event_written_twice_is_kept_once_and_counted(tmp_path):
    turned = dict(reversed(EVENT.items()))
    snapshot = collected(tmp_path, marked(EVENT, turned, EVENT | {"eventId": "e-2"}))
    assert len(events_of(snapshot)) == 2
    assert (coverage(snapshot)["records"], coverage(snapshot)["duplicates"]) == (3, 1)


@pytest.mark.parametrize("member", ["latencyMs", "userId", "contentHash"])
def test_two_events_of_one_id_are_refused_even_where_no_column_differs(tmp_path, member):
    (tmp_path / "app.log").write_text(marked(EVENT))
    (tmp_path / "app.log.1").write_text("rotated\n" + marked(EVENT | {member: "7" if member != "latencyMs" else 7}))
    assert refusal(AuditLogCollector(), LOG, tmp_path) == (
        "app.log.1, line 2: its eventId is already at app.log, line 1, with other content\n"
        "  what to do: an event is written once; export the file again, and ask who altered it"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('AUDIT: {"eventId": "e-1"', "not JSON (Expecting ',' delimiter, at character 18 of the JSON)"),
        ('AUDIT: {"eventId": "e-1"} done', "not JSON (Extra data, at character 20 of the JSON)"),
        ("AUDIT: on", "not JSON (Expecting value, at character 1 of the JSON)"),
        ("AUDIT: [1]", "found list, expected one JSON object"),
        ('AUDIT: {"eventId": "a", "eventId": "b"}', "member 'eventId' is there twice, expected once"),
        ('AUDIT: {"latencyMs": NaN}', "not JSON (NaN is no number of JSON)"),
    ],
)
def test_malformed_json_after_the_mark_is_refused_by_file_and_line(tmp_path, line, said):
    (tmp_path / "app.log").write_text(marked(EVENT) + line + "\n")
    expected = f"app.log, line 2: {said}\n  what to do: export the file again"
    assert refusal(AuditLogCollector(), LOG, tmp_path) == expected


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"eventId": None}, "member 'eventId': found None, expected an id: printable text of at most 512 characters"),
        ({"eventId": 7}, "member 'eventId': found 7, expected an id: printable text of at most 512 characters"),
        ({"requestId": 0}, "member 'requestId': found 0, expected an id: printable text of at most 512 characters"),
        (
            {"timestamp": 1736848800},
            (
                "member 'timestamp': found 1736848800, expected an RFC 3339 instant with a time zone, "
                "e.g. 2025-01-14T12:00:00Z"
            ),
        ),
        (
            {"timestamp": "2025-01-14T12:03:00Z"},
            (
                "member 'timestamp': found '2025-01-14T12:03:00Z', expected at most 2 minutes after the collection at "
                "2025-01-14T12:00:00+00:00"
            ),
        ),
        ({"eventType": None}, "member 'eventType': found None, expected text"),
        ({"operation": {}}, "member 'operation': found {}, expected text"),
        ({"piiDetected": "false"}, "member 'piiDetected': found 'false', expected true or false, without quotes"),
        ({"latencyMs": "12"}, "member 'latencyMs': found '12', expected a number of ms, zero or more"),
        ({"latencyMs": True}, "member 'latencyMs': found True, expected a number of ms, zero or more"),
        ({"latencyMs": -0.5}, "member 'latencyMs': found -0.5, expected a number of ms, zero or more"),
        (
            {"latencyMs": 10**16},
            (
                "member 'latencyMs': found 10000000000000000, expected a number of ms that 64 bits can hold "
                "in microseconds"
            ),
        ),
        ({"metadata": "direct"}, "member 'metadata': found 'direct', expected an object"),
        ({"eventHash": 12}, "member 'eventHash': found 12, expected text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, wrong, said):
    (tmp_path / "app.log").write_text(marked(EVENT | {"eventId": "e-0"}, EVENT | wrong))
    expected = f"app.log, line 2, {said}\n  what to do: export the file again"
    assert refusal(AuditLogCollector(), LOG, tmp_path) == expected


def test_an_absent_member_that_must_be_there_is_named(tmp_path):
    (tmp_path / "app.log").write_text(marked({name: EVENT[name] for name in EVENT if name != "timestamp"}))
    assert refusal(AuditLogCollector(), LOG, tmp_path).startswith(
        "app.log, line 1, member 'timestamp': found none, expected an RFC 3339 instant"
    )


def test_a_log_without_any_event_is_refused(tmp_path):
    (tmp_path / "app.log").write_text("quiet\n")
    assert refusal(AuditLogCollector(), LOG, tmp_path) == (
        "source 's': its files hold no audit event\n  what to do: check `files` and `format` in auditor.toml"
    )


def planted(value):
    """Return an event that says ``value`` wherever a text may stand, and in members that nobody expects."""
    everywhere = {
        name: value for name in (*EVENT, *LISTED.values(), "freeText") if name not in {"metadata", "piiTypes"}
    }
    kept = {name: EVENT[name] for name in ("timestamp", "piiDetected", "latencyMs")}
    nested = {"routingPath": value, "note": value, value: value, "outcome": value, "unhealthyPath": value}
    return everywhere | kept | {"metadata": nested, "piiTypes": [value], value: value}


def test_no_personal_identifier_is_in_any_byte_of_the_snapshot(tmp_path):
    text = "".join(f"{value} said AUDIT: {json.dumps(planted(value))} \n{value}\n" for value in PERSONAL)
    snapshot = collected(tmp_path, text)
    assert {row[name] for row in events_of(snapshot) for name in LISTED} == {"undeclared"}
    assert len(events_of(snapshot)) == len(PERSONAL)
    held = [*bytes_of(snapshot).values()]
    for name, path in snapshot.tables.items():
        held.append(json.dumps(pq.read_table(path).to_pylist(), default=str).encode())  # decompressed too
        held.append(str(pq.read_schema(path)).encode() + name.encode())
    for value in PERSONAL:
        for part in held:
            assert value.encode() not in part


def test_the_same_log_gives_the_same_bytes_and_its_order_changes_none_of_the_table(tmp_path):
    (tmp_path / "turned").mkdir()
    events = [EVENT | {"eventId": f"e-{number}"} for number in range(40)]
    first = bytes_of(collected(tmp_path, marked(*events)))
    assert bytes_of(collected(tmp_path, marked(*events), output="again")) == first
    turned = bytes_of(collected(tmp_path / "turned", marked(*reversed(events))))
    assert turned["application_events.parquet"] == first["application_events.parquet"]


@given(st.dictionaries(st.sampled_from([*EVENT, "other"]), st.none() | st.booleans() | st.integers() | st.text()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10)
def test_whatever_stands_in_a_member_is_a_row_or_a_named_line(tmp_path_factory, wrong):
    root = tmp_path_factory.mktemp("log")
    try:
        snapshot = collected(root, marked(EVENT | wrong))
    except CollectionError as error:
        assert str(error).startswith("app.log, line 1, member "), error
    else:
        assert coverage(snapshot)["records"] == 1


def test_the_options_name_every_problem():
    values = {"operation": ["undeclared"], "route": {"x": 1}, "user_id": ["u"]}
    problems = AuditLogCollector().check({"files": [], "format": "text", "values": values})
    assert problems == [
        "files: List should have at least 1 item after validation, not 0",
        "format: Input should be 'log' or 'jsonl'",
        "values.event_type: Field required",
        "values.operation: Value error, 'undeclared' cannot be the name of a value",
        "values.route.x: Input should be a valid string",
        "values.user_id: Extra inputs are not permitted",
    ]
