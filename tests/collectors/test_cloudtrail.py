"""CloudTrail: every record of every form of file becomes a row once, or a refusal that names file and record."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from auditor.tables import identifier_halves
from auditor_collectors.files import inspect
from auditor_collectors.trail_documents import write_records
from collecting import COLLECTED_AT

AGAIN = "\n  what to do: export the file again"


def record(number=0, **changes):
    one = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "accountId": "111122223333", "userName": "somebody"},
        "eventTime": "2025-01-14T10:00:00Z",
        "eventSource": "bedrock.amazonaws.com",
        "eventName": "InvokeModel",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "192.0.2.1",
        "requestParameters": {"modelId": "eu.anthropic.claude", "secret": "text"},
        "additionalEventData": {"inferenceRegion": "eu-west-1"},
        "requestID": f"q{number}",
        "eventID": f"e{number}",
        "readOnly": True,
        "managementEvent": False,
        "recipientAccountId": "111122223333",
        "eventCategory": "Data",
        "errorCode": "AccessDenied",
    }
    return {name: value for name, value in (one | changes).items() if value is not ...}


def log(*records):
    return json.dumps({"Records": list(records)}).encode()


def array(*records):
    return json.dumps(list(records)).encode()


def pretty(*records):
    return json.dumps({"Records": list(records)}, indent=3).encode()


def lines(*records):
    return b"\n".join(json.dumps(one).encode() for one in records)


def logs_in_lines(*records):
    return b"\n".join(log(one) for one in records)


def other_members_first(*records):
    return json.dumps({"owner": {"Records": 5}, "list": [1], "Records": list(records)}).encode()


FORMS = [log, array, pretty, lines, logs_in_lines, other_members_first]


@pytest.fixture
def trail(site):
    site.source("trail", "cloudtrail", files=["*.log"])
    return site


def refused(trail, content):
    trail.write("a.log", content)
    return trail.refused()


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_every_record(trail, form, compress):
    trail.write("a.log", compress(form(*(record(number) for number in range(3)))))
    tables = trail.collected()
    assert {row["event_lo"] for row in tables["audit_events"]} == {identifier_halves(f"e{n}")[1] for n in range(3)}
    (cell,) = tables["coverage"]
    assert (cell["records"], cell["duplicates"], cell["pages"]) == (3, 0, 1)


def test_a_record_becomes_a_row_and_no_more_of_it_leaves(trail):
    trail.write("a.log", log(record()))
    (event_hi, event_lo), (request_hi, request_lo) = identifier_halves("e0"), identifier_halves("q0")
    assert trail.collected()["audit_events"] == [
        {
            "system": "s",
            "environment": "e",
            "source": "trail",
            "event_time": datetime(2025, 1, 14, 10, 0, tzinfo=UTC),
            "event_hi": event_hi,
            "event_lo": event_lo,
            "request_hi": request_hi,
            "request_lo": request_lo,
            "account": "111122223333",
            "region": "eu-central-1",
            "event_source": "bedrock.amazonaws.com",
            "event_name": "InvokeModel",
            "event_category": "Data",
            "read_only": True,
            "management_event": False,
            "error_code": "AccessDenied",
            "model_id": "eu.anthropic.claude",
            "inference_region": "eu-west-1",
        }
    ]


OPTIONAL = {
    "requestID": ("request_hi", "request_lo"),
    "readOnly": ("read_only",),
    "managementEvent": ("management_event",),
    "eventCategory": ("event_category",),
    "errorCode": ("error_code",),
    "requestParameters": ("model_id",),
    "additionalEventData": ("inference_region",),
}


@pytest.mark.parametrize("absent", [..., None], ids=["left out", "null"])
@pytest.mark.parametrize("member", OPTIONAL)
def test_an_optional_member_that_is_absent_is_null(trail, member, absent):
    trail.write("a.log", log(record(**{member: absent})))
    (row,) = trail.collected()["audit_events"]
    assert [name for name, value in row.items() if value is None] == list(OPTIONAL[member])


def test_a_record_of_required_members_alone_is_accepted(trail):
    trail.write("a.log", log(record(**dict.fromkeys([*OPTIONAL, "userIdentity", "eventVersion"], ...))))
    assert len(trail.collected()["audit_events"]) == 1


def test_the_account_may_be_stated_by_the_caller_alone(trail):
    trail.write("a.log", log(record(recipientAccountId=...)))
    assert trail.collected()["audit_events"][0]["account"] == "111122223333"


def test_a_region_may_be_empty_for_a_policy_to_judge(trail):
    trail.write("a.log", log(record(awsRegion="")))
    assert trail.collected()["audit_events"][0]["region"] == ""


def test_a_record_that_is_delivered_twice_is_kept_once_and_counted(trail):
    trail.write("a.log", log(record(0), record(1), record(0)))
    trail.write("b.log", gzip.compress(lines(record(1))))
    tables = trail.collected()
    assert len(tables["audit_events"]) == 2
    (cell,) = tables["coverage"]
    assert (cell["records"], cell["duplicates"], cell["pages"]) == (4, 2, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"awsRegion": "us-east-1"},
        {"eventTime": "2025-01-14T10:00:01Z"},
        {"errorCode": ...},
        {"additionalEventData": None},
        {"requestParameters": {"modelId": "other"}},
        {"readOnly": False},
        {"recipientAccountId": "444455556666"},
    ],
)
def test_two_different_records_with_one_id_are_refused(trail, changes):
    trail.write("a.log", log(record(0), record(1)))
    trail.write("b.log", log(record(1, **changes)))
    assert trail.refused() == (
        "b.log: eventID e1 is there with other content, also in a.log\n"
        "  what to do: one of the two files was altered; download both again"
    )


def test_coverage_has_a_cell_for_each_account_and_region(trail):
    trail.write("a.log", log(record(0), record(1, awsRegion="eu-west-1"), record(2, recipientAccountId="444455556666")))
    cells = [(one["account"], one["region"], one["records"]) for one in trail.collected()["coverage"]]
    assert cells == [
        ("111122223333", "eu-central-1", 1),
        ("111122223333", "eu-west-1", 1),
        ("444455556666", "eu-central-1", 1),
    ]


@pytest.mark.parametrize(
    ("member", "value", "found", "expected"),
    [
        ("eventID", ..., None, "an id"),
        ("eventID", "", "", "an id"),
        ("eventTime", ..., None, "an RFC 3339 instant with a time zone"),
        ("eventTime", "2025-01-14T10:00:00", "2025-01-14T10:00:00", "an RFC 3339 instant with a time zone"),
        ("eventTime", 1736848800, "1736848800", "an RFC 3339 instant with a time zone"),
        ("eventSource", None, None, "a service"),
        ("eventName", "", "", "a name"),
        ("awsRegion", ..., None, "a region"),
        ("recipientAccountId", "12345", "12345", "12 digits (here or in userIdentity.accountId)"),
        ("readOnly", "maybe", "maybe", "true or false"),
        ("managementEvent", 1, "1", "true or false"),
    ],
)
def test_a_wrong_member_is_refused_by_file_and_record(trail, member, value, found, expected):
    trail.write("0.log", log(record(100), record(101)))
    message = refused(trail, lines(record(0), record(1), record(2, **{member: value}), record(3)))
    assert message == f"a.log, row 3, column '{member}': found {found!r}, expected {expected}{AGAIN}"


def test_a_wrong_record_of_a_name_like_a_glob_is_found(trail):
    trail.write("a[1].log", array(record(0), record(1, eventName="")))
    trail.write("a1.log", array(record(2)))
    assert trail.refused().startswith("a[1].log, row 2, column 'eventName'")


@pytest.mark.parametrize("stray", [None, 5, "text", [], {}, {"Records": None}, {"hello": "world"}], ids=repr)
def test_what_is_no_record_is_refused(trail, stray):
    message = refused(trail, array(record(0), stray))
    assert message == (
        "a.log, row 2, column 'eventID': found None, "
        f"expected a CloudTrail record: eventTime and eventName are missing too{AGAIN}"
    )


def test_records_within_records_are_refused(trail):
    assert "a.log, row 1, column 'eventID': found None" in refused(trail, array({"Records": [record()]}))
    assert "a.log, row 1, column 'eventID': found None" in refused(trail, array([record()]))


def test_a_clock_of_the_future_is_refused_and_two_minutes_are_not(trail):
    latest = COLLECTED_AT + timedelta(minutes=2)
    assert refused(trail, log(record(eventTime="2025-01-14T12:02:00.000001Z"))) == (
        "a.log, row 1, column 'eventTime': found '2025-01-14T12:02:00.000001Z', "
        f"expected at most 2 minutes after the collection at 2025-01-14T12:00:00+00:00{AGAIN}"
    )
    trail.write("a.log", log(record(eventTime=latest.isoformat())))
    assert trail.collected()["audit_events"][0]["event_time"] == latest


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (log(record())[:-9], 'Malformed JSON in file "a.log", at byte'),
        (log(record()) + b" xyz", 'Malformed JSON in file "a.log", at byte 1: unexpected character.'),
        (b"\0" * 100, 'Malformed JSON in file "a.log", at byte 1: unexpected character.'),
        (b"<html>", 'Malformed JSON in file "a.log", at byte 1: unexpected character.'),
        (log(record(eventName="\xff")).replace(b"\\u00ff", b"\xff"), "invalid UTF-8 encoding in string."),
    ],
    ids=["cut", "garbage", "zeros", "html", "latin"],
)
def test_a_file_that_is_no_json_is_refused_by_its_name_among_others(trail, content, told):
    trail.write("0.log", log(record(1)))
    trail.write("b.log", log(record(2)))
    message = refused(trail, content)
    assert message.startswith("a.log: no CloudTrail JSON (")
    assert told in message
    assert message.endswith(AGAIN)


@pytest.mark.parametrize("content", [b'{"Records": []}', b"[]", b" [ ] \n[]"])
def test_files_without_a_record_are_refused(trail, content):
    trail.write("b.log", content)
    assert refused(trail, content) == (
        "a.log and 1 more: holds no CloudTrail record\n  what to do: check `files` in auditor.toml"
    )


def test_a_log_of_no_records_beside_others_is_a_quiet_one(trail):
    trail.write("a.log", b'{"Records": []}')
    trail.write("b.log", log(record()))
    assert len(trail.collected()["audit_events"]) == 1


BIG = [record(number, requestParameters={"modelId": f"m{number}", "pad": "x" * 2_000}) for number in range(9_000)]


def test_a_document_too_big_for_the_fast_route_gives_the_same_rows(trail, tmp_path):
    content = log(*BIG)
    assert len(content) > 16 << 20
    trail.write("a.log", gzip.compress(content, 1))
    slow = trail.collected()
    trail.out = tmp_path / "fast"
    trail.out.mkdir()
    for number in range(3):
        name = "a.log" if number == 0 else f"a{number}.log"
        trail.write(name, log(*BIG[number * 3_000 : (number + 1) * 3_000]))
    fast = trail.collected()
    assert slow["audit_events"] == fast["audit_events"]
    assert [one["records"] for one in slow["coverage"]] == [one["records"] for one in fast["coverage"]] == [9_000]


def test_a_wrong_record_of_a_big_document_is_refused_alike(trail):
    assert refused(trail, array(*BIG, record(9_000, awsRegion=None))) == (
        f"a.log, row 9001, column 'awsRegion': found None, expected a region{AGAIN}"
    )


@pytest.mark.parametrize(
    ("tail", "told"),
    [
        (b"", "Expecting ',' delimiter"),
        (b"] x", ""),
        (b', {"eventID": "\\ud800"}]', "surrogates not allowed)"),
        (b', "\xff"]', "not UTF-8: invalid start byte"),
    ],
    ids=["cut", "garbage", "surrogate", "latin"],
)
def test_a_big_document_that_is_no_json_is_refused(trail, tail, told):
    message = refused(trail, array(*BIG)[:-1] + tail)
    assert message.startswith(f"a.log: no CloudTrail JSON ({told}")
    assert message.endswith(AGAIN)


def slow_records(tmp_path, content, limit=64 << 20):
    """What the slow route alone makes of ``content``."""
    path = tmp_path / "a.log"
    path.write_bytes(content)
    target = tmp_path / "records"
    write_records(inspect(path, "a.log", max_line=None), {"eventID", "userIdentity", "accountId"}, limit, target)
    return [json.loads(line) for line in target.read_text().splitlines()]


@pytest.mark.parametrize("form", FORMS)
def test_the_slow_route_finds_the_records_of_every_form(tmp_path, form):
    content = b"\xef\xbb\xbf " + form(record(0), record(1)) + b"\n\n"
    kept = [[{"userIdentity": {"accountId": "111122223333"}, "eventID": f"e{number}"}] for number in range(2)]
    assert slow_records(tmp_path, content) == kept


def test_the_slow_route_takes_documents_over_its_blocks(tmp_path):
    content = b"".join(array(record(number, pad="é" * 70_000)) for number in range(40))
    assert [one["eventID"] for (one,) in slow_records(tmp_path, content)] == [f"e{number}" for number in range(40)]


def test_the_slow_route_takes_the_first_of_two_members_as_the_fast_one_does(trail, tmp_path):
    content = b'[{"eventID": "first", ' + json.dumps(record(eventID="second"))[1:].encode() + b"]"
    assert slow_records(tmp_path, content)[0][0]["eventID"] == "first"
    trail.write("a.log", content)
    assert trail.collected()["audit_events"][0]["event_hi"] == identifier_halves("first")[0]


def test_a_document_beyond_all_limits_is_refused(trail):
    content = b"[" + b"\n" * (65 << 20) + array(record())[1:]
    assert refused(trail, gzip.compress(content)) == (
        "a.log: found a document longer than 64 MiB, which CloudTrail writes none of\n"
        "  what to do: check that this is the file you mean"
    )
