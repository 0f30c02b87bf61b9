"""Requests: what the log says, exactly, or a refusal that names file, row, column, what was found and expected."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.errors import UsageError
from auditor.tables import identifier_halves
from collecting import COLLECTED_AT, COLUMNS, jsonl, request

MAPPING = "\n  what to do: correct the source, or the mapping in auditor.toml"
HEADER = ("t", "id", "route", "kind", "status", "ms")


def csv(*records, header=HEADER):
    lines = [header, *(tuple(str(one.get(name, "")) for name in header) for one in records)]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def parquet(*records, **columns):
    """Return a Parquet file of ``records``; ``columns`` replace whole columns, ``None`` leaves one out."""
    table = pa.Table.from_pylist(list(records))
    for name, values in columns.items():
        at = table.schema.names.index(name)
        table = table.remove_column(at) if values is None else table.set_column(at, name, values)
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


FORMS = {"jsonl": jsonl, "csv": csv, "parquet": parquet}


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


def read(site, content, form="jsonl", name="a.log", **columns):
    site.requests("*.log", form=form, **columns)
    site.write(name, content)
    return site.collected()


def refused(site, content, form="jsonl", **columns):
    site.requests("*.log", form=form, **columns)
    site.write("a.log", content)
    return site.refused()


def test_a_request_becomes_a_row(site, form):
    tables = read(site, FORMS[form](request()), form)
    (row,) = tables["requests"]
    high, low = identifier_halves("r0")
    expected = {
        "system": "s",
        "environment": "e",
        "source": "requests",
        "event_time": datetime(2025, 1, 14, 10, 0, tzinfo=UTC),
        "available_at": None,
        "request_hi": high,
        "request_lo": low,
        "route": "direct",
        "kind": "generation",
        "outcome": "ok",
        "latency_us": 12_000,
    }
    assert {name: row[name] for name in expected} == expected
    assert all(row[name] is None for name in row.keys() - expected.keys())
    (cell,) = tables["coverage"]
    assert (cell["status"], cell["records"], cell["pages"], cell["detail"]) == ("ok", 1, 1, None)
    assert cell["collected_at"] == COLLECTED_AT


def test_a_compressed_file_says_the_same(site, tmp_path):
    content = jsonl(*(request(number) for number in range(100)))
    site.requests("*.log")
    site.write("a.log", gzip.compress(content))
    compressed = site.collected()["requests"]
    site.out = tmp_path / "plain"
    site.out.mkdir()
    site.write("a.log", content)
    assert site.collected()["requests"] == compressed


@pytest.mark.parametrize(
    ("unit", "value", "microseconds"),
    [("ms", 1500, 1_500_000), ("s", 1.5, 1_500_000), ("us", 7, 7), ("ms", 0, 0), ("s", "1.5000000001", 1_500_001)],
)
def test_a_latency_is_read_in_its_unit_and_rounded_up(site, unit, value, microseconds):
    (row,) = read(site, jsonl(request(ms=value)), latency={"column": "ms", "unit": unit})["requests"]
    assert row["latency_us"] == microseconds


def test_null_is_reported_as_null_and_never_as_zero(site):
    rows = read(site, jsonl(request(0), request(1, ms=None, route=None, kind=None, status=None)))["requests"]
    (row,) = [one for one in rows if one["latency_us"] is None]
    assert (row["route"], row["kind"], row["outcome"]) == (None, None, None)


def test_a_value_that_the_mapping_does_not_name_is_null_and_counted(site):
    tables = read(site, jsonl(request(0, kind="new"), request(1, kind="newer", status=418), request(2)))
    assert sorted(str(row["kind"]) for row in tables["requests"]) == ["None", "None", "generation"]
    assert tables["coverage"][0]["detail"] == (
        "2 rows whose kind the mapping does not name, 1 rows whose outcome the mapping does not name"
    )


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("rfc3339", "2025-01-14T11:30:00.25+01:30"),
        ("rfc3339", "2025-01-14t10:00:00.25z"),
        ("epoch_s", 1736848800.25),
        ("epoch_ms", 1736848800250),
        ("epoch_us", "1736848800250000"),
    ],
)
def test_an_instant_is_read_in_its_unit(site, unit, value):
    (row,) = read(site, jsonl(request(t=value)), event_time={"column": "t", "unit": unit})["requests"]
    assert row["event_time"] == datetime(2025, 1, 14, 10, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2025-01-14T10:00:00",
        "2025-01-14 10:00:00",
        "2025-01-14",
        "14.01.2025 10:00 CET",
        "2025-02-30T10:00:00Z",
        "2025-01-14T10:00:00 Europe/Berlin",
        "1969-12-31T23:59:59Z",
        "infinity",
        1736848800,
    ],
)
def test_an_instant_without_a_zone_or_a_sense_is_refused(site, form, value):
    message = refused(site, FORMS[form](request(0, t=str(value)), request(1, t=str(value))), form)
    assert message == (
        f"a.log, row 1, column 't': found '{value}', expected an RFC 3339 instant with a time zone, "
        f"e.g. 2025-01-14T12:00:00Z{MAPPING}"
    )


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "-1", "-0.5", "1e400", "fast", "1,5", "0x10", "12ms"]
)
def test_a_latency_that_is_no_measure_is_refused(site, value):
    message = refused(site, jsonl(request(0), request(1, ms=value)))
    assert message == f"a.log, row 2, column 'ms': found '{value}', expected a number of ms, zero or more{MAPPING}"


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity"])
def test_json_that_is_no_json_by_the_standard_passes_no_check(site, value):
    message = refused(site, jsonl(request(0), request(1)).replace(b"12}\n", value + b"}\n"))
    assert f"a.log, row 1, column 'ms': found '{value.decode()}', expected a number of ms" in message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.001])
def test_a_latency_of_parquet_that_is_no_measure_is_refused(site, value):
    message = refused(site, parquet(request(), ms=pa.array([value])), "parquet")
    assert message == f"a.log, row 1, column 'ms': found '{value}', expected a number of ms, zero or more{MAPPING}"


def test_the_row_is_counted_within_its_file(site):
    site.requests("*.log")
    site.write("a.log", jsonl(*(request(number) for number in range(10))))
    site.write("b.log", jsonl(request(10), request(11, ms="?")))
    assert site.refused().startswith("b.log, row 2, column 'ms': found '?'")


def test_a_unit_that_changes_is_refused(site, form):
    records = [request(number, unit="ms") for number in range(3)] + [request(3, unit="s", ms=1.5)]
    content = csv(*records, header=(*HEADER, "unit")) if form == "csv" else FORMS[form](*records)
    message = refused(site, content, form, latency={"column": "ms", "unit": "ms", "unit_column": "unit"})
    assert message == f"a.log, row 4, column 'unit': found 's', expected the declared unit 'ms' in every row{MAPPING}"


@pytest.mark.parametrize("unit", [None, "", "MS", "milliseconds"])
def test_a_unit_that_is_not_the_declared_one_is_refused(site, unit):
    records = [request(0, unit="ms"), request(1, unit=unit)]
    message = refused(site, jsonl(*records), latency={"column": "ms", "unit": "ms", "unit_column": "unit"})
    assert f"a.log, row 2, column 'unit': found {unit!r}, expected the declared unit 'ms' in every row" in message


def test_rows_that_all_state_the_declared_unit_are_accepted(site):
    records = [request(0, unit="ms"), request(1, unit=None, ms=None)]
    mapping = {"column": "ms", "unit": "ms", "unit_column": "unit"}
    assert len(read(site, jsonl(*records), latency=mapping)["requests"]) == 2


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"latency": {"column": "ms"}}, "sources.requests.columns.latency.unit: Field required"),
        ({"event_time": {"column": "t"}}, "sources.requests.columns.event_time.unit: Field required"),
        ({"event_time": {"column": "t", "unit": "ms"}}, "sources.requests.columns.event_time.unit: Input should be"),
        ({"latency": {"column": "ms", "unit": "ns"}}, "sources.requests.columns.latency.unit: Input should be"),
        ({"latency": ...}, "sources.requests.columns.latency: Field required"),
        ({"kind": {"column": "kind", "values": {"x": "made_up"}}}, "kind.values gives 'made_up', expected one of"),
        ({"colour": {"column": "c"}}, "sources.requests.columns.colour: Extra inputs are not permitted"),
    ],
)
def test_a_mapping_that_does_not_declare_enough_is_refused_by_its_key(site, changed, told):
    site.requests("*.log", **changed)
    site.write("a.log", jsonl(request()))
    message = site.refused(UsageError)
    assert message.startswith(f"{site.config}: the configuration is refused\n  - sources.requests.columns")
    assert told in message
    assert message.endswith("what to do: correct the keys above")


def test_a_request_id_that_is_there_twice_in_a_file_is_refused(site, form):
    message = refused(site, FORMS[form](request(0), request(1), request(0)), form)
    assert message == (
        "a.log, row 3: request id 'r0' is already at a.log, row 1\n"
        "  what to do: export each request once; the same file under two names?"
    )


def test_a_request_id_that_is_there_twice_in_two_files_is_refused(site):
    site.requests("*.log")
    site.write("b.log", jsonl(request(5), request(1)))
    site.write("a.log", jsonl(request(0), request(1), request(2)))
    assert site.refused().startswith("b.log, row 2: request id 'r1' is already at a.log, row 2\n")


@pytest.mark.parametrize("value", [None, ""])
def test_a_request_without_an_id_is_refused(site, value):
    message = refused(site, jsonl(request(0), request(1, id=value)))
    assert message == f"a.log, row 2, column 'id': found {value!r}, expected an id{MAPPING}"


@pytest.mark.parametrize("column", ["event_time", "available_at"])
def test_a_clock_of_the_future_is_refused_and_two_minutes_are_not(site, column):
    latest = COLLECTED_AT + timedelta(minutes=2)
    name = COLUMNS["event_time"]["column"] if column == "event_time" else "seen"
    mapping = {"available_at": {"column": "seen", "unit": "rfc3339"}}
    record = request(0, seen="2025-01-14T10:00:00Z")
    site.requests("*.log", **mapping)
    site.write("a.log", jsonl(record | {name: (latest + timedelta(microseconds=1)).isoformat()}))
    assert site.refused() == (
        f"a.log, row 1, column '{name}': found '2025-01-14T12:02:00.000001+00:00', "
        f"expected at most 2 minutes after the collection at 2025-01-14T12:00:00+00:00{MAPPING}"
    )
    site.write("a.log", jsonl(record | {name: latest.isoformat()}))
    assert site.collected()["requests"][0][column] == latest


@pytest.mark.parametrize("column", HEADER)
def test_a_column_that_is_missing_is_refused(site, form, column):
    records = [request(number, **{column: ...}) for number in range(2)]
    header = tuple(name for name in HEADER if name != column)
    content = csv(*records, header=header) if form == "csv" else FORMS[form](*records)
    shown = sorted(header) if form == "jsonl" else header
    assert refused(site, content, form) == (
        f"a.log: column '{column}' is missing; found columns {', '.join(shown)}\n"
        "  what to do: correct the mapping in auditor.toml"
    )


def test_a_member_that_is_null_in_every_line_is_not_missing(site):
    assert len(read(site, jsonl(request(0, ms=None), request(1, ms=None)))["requests"]) == 2


def test_a_column_of_another_case_is_another_column(site, form):
    record = {name.upper() if name == "ms" else name: one for name, one in request().items()}
    header = (*HEADER[:-1], "MS")
    content = csv(record, header=header) if form == "csv" else FORMS[form](record)
    assert "a.log: column 'ms' is missing; found columns" in refused(site, content, form)


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("ms", pa.array([[12]]), "a.log: column 'ms' is list<"),
        (
            "ms",
            pa.array([{"value": 12}]),
            "a.log: column 'ms' is struct<value: int64>, expected a number, an instant or",
        ),
        ("id", pa.array([b"\x00\xff"]), "a.log: column 'id' is binary, expected a number, an instant or text"),
        ("ms", pa.array([True]), "a.log, row 1, column 'ms': found 'true', expected a number of ms"),
        ("ms", pa.array([datetime(2025, 1, 14)]), "column 'ms': found '2025-01-14 00:00:00', expected a number of ms"),  # noqa: DTZ001 - naive on purpose
        ("t", pa.array([1736848800]), "column 't': found '1736848800', expected an RFC 3339 instant"),
    ],
)
def test_a_column_of_parquet_of_a_wrong_type_is_refused(site, column, values, told):
    assert told in refused(site, parquet(request(), **{column: values}), "parquet")


ZONED = pa.timestamp("us", tz="Europe/Berlin")


def test_a_timestamp_of_parquet_keeps_its_instant(site):
    moment = datetime(2025, 1, 14, 11, 0, tzinfo=timezone(timedelta(hours=1)))
    content = parquet(request(), t=pa.array([moment], ZONED))
    mapping = {"column": "t", "unit": "timestamp"}
    (row,) = read(site, content, "parquet", event_time=mapping)["requests"]
    assert row["event_time"] == moment


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (pa.array([datetime(2025, 1, 14, 10)]), "2025-01-14 10:00:00"),  # noqa: DTZ001 - naive on purpose
        (pa.array(["2025-01-14T10:00:00Z"]), "2025-01-14T10:00:00Z"),
        (pa.array([-1], pa.int64()).cast(ZONED), "1969-12-31 23:59:59.999999+00"),
        (pa.array([(1 << 63) - 1], pa.int64()).cast(ZONED), "infinity"),
    ],
)
def test_a_timestamp_of_parquet_that_is_no_instant_is_refused(site, values, shown):
    mapping = {"column": "t", "unit": "timestamp"}
    message = refused(site, parquet(request(), t=values), "parquet", event_time=mapping)
    assert message == f"a.log, row 1, column 't': found '{shown}', expected a timestamp with a time zone{MAPPING}"


def test_a_column_that_is_there_twice_is_refused(site):
    header = (*HEADER, "ms")
    assert refused(site, csv(request(), header=header), "csv") == (
        "a.log: column 'ms' is there 2 times, expected once\n  what to do: export the file with distinct names"
    )


def test_a_column_of_parquet_that_is_there_twice_is_refused(site):
    table = pa.Table.from_pylist([request()])
    table = table.append_column("ms", table.column("route")).append_column("MS", table.column("route"))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    assert "a.log: column 'ms' is there 2 times, expected once" in refused(site, sink.getvalue(), "parquet")


def test_names_that_differ_in_case_are_read_as_they_are(site):
    header = (*HEADER[:-1], "MS", "ms")
    content = csv(request() | {"MS": 99}, header=header)
    assert read(site, content, "csv")["requests"][0]["latency_us"] == 12_000


@pytest.mark.parametrize("sign", ["#", "//", "--", ";", "%"])
def test_csv_has_no_comments(site, sign):
    records = [request(number, id=f"{sign}r{number}", t="2025-01-14T10:00:00Z") for number in range(20)]
    header = ("id", "t", "route", "kind", "status", "ms")
    assert len(read(site, csv(*records, header=header), "csv")["requests"]) == 20


def test_csv_quotes_lines_and_separators(site):
    content = csv(request(), request(1)).replace(b"r0", b'"a,""b""\nc"').replace(b"\n2025", b"\r\n2025")
    content = content.replace(b"\r\n", b"\n")
    rows = read(site, b"\xef\xbb\xbf" + content, "csv")["requests"]
    assert {(row["request_hi"], row["request_lo"]) for row in rows} == {
        identifier_halves('a,"b"\nc'),
        identifier_halves("r1"),
    }


def test_csv_may_end_its_lines_as_windows_does(site):
    assert len(read(site, csv(request(), request(1)).replace(b"\n", b"\r\n"), "csv")["requests"]) == 2


def test_csv_before_a_second_header_is_not_passed_over(site):
    """DuckDB's sniffer takes the longer header for the first line, and drops what stands before it."""
    old = "t,id\n" + "".join(f"2025-01-14T10:00:00Z,old{number}\n" for number in range(5))
    message = refused(site, old.encode() + csv(request()), "csv")
    assert message.startswith("a.log: column 'route' is missing; found columns t, id\n")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2025-01-14T10:00:00Z,x,d,gen,200", "a.log, line 3: found 5 values, expected 6 as in the header"),
        ("2025-01-14T10:00:00Z,x,d,gen,200,12,extra", "a.log, line 3: found 7 values, expected 6 as in the header"),
        ('2025-01-14T10:00:00Z,"x"y,d,gen,200,12', "a.log, line 3: not CSV (',' expected after '\"')"),
        ('2025-01-14T10:00:00Z,"x,d,gen,200,12', "a.log, line 3: not CSV (unexpected end of data)"),
    ],
)
def test_a_line_that_is_no_csv_is_refused(site, row, told):
    message = refused(site, csv(request()) + row.encode() + b"\n", "csv")
    assert message == f"{told}\n  what to do: export the file again"


@pytest.mark.parametrize("content", [b"t,id,route,kind,status,ms\n\xff,x,d,gen,200,12\n", b"\xff,id\n"])
def test_csv_that_is_not_utf8_is_refused(site, content):
    assert refused(site, content, "csv").startswith("a.log: not UTF-8 (invalid start byte)\n")


def test_csv_of_a_header_alone_holds_no_request(site):
    assert refused(site, csv(), "csv") == ("a.log: holds no request\n  what to do: remove the file, or export it again")


def test_csv_without_a_header_is_refused(site):
    assert "a.log, line 1: is blank, expected the header" in refused(site, b"\n" + csv(request()), "csv")
    site.write("a.log", csv(request()).partition(b"\n")[2])
    assert "a.log: column 't' is missing; found columns 2025-01-14T10:00:00Z, r0, d" in site.refused()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"t": ', "a.log, line 3: not JSON (Expecting value, at character 6 of the JSON)"),
        (b'{"t": 1} {"t": 2}', "a.log, line 3: not JSON (Extra data, at character 10 of the JSON)"),
        (b"[1, 2]", "a.log, line 3: found list, expected one JSON object"),
        (b"5", "a.log, line 3: found int, expected one JSON object"),
        (b'{"ms": 1, "ms": 2}', "a.log, line 3: member 'ms' is there twice, expected once"),
        (b'{"t": "\xff"}', "a.log, line 3: not UTF-8 (invalid start byte)"),
    ],
)
def test_a_line_that_is_no_object_is_refused_by_its_number(site, line, told):
    message = refused(site, jsonl(request(0)) + b"\n" + line + b"\n" + jsonl(request(1)))
    assert message == f"{told}\n  what to do: export the file again"


def test_a_line_that_only_duckdb_refuses_is_refused_too(site):
    message = refused(site, jsonl(request(0)) + b'{"t": "\\ud800"}\n')
    assert message == (
        'a.log: cannot be read as jsonl (Malformed JSON in file "a.log", at byte 14: no low surrogate in string.)\n'
        "  what to do: correct the file, or `format` in auditor.toml"
    )


@pytest.mark.parametrize(
    "content",
    [b"PAR1", b"no parquet at all", parquet(request())[:-20], gzip.compress(b"x" * 99)],
    ids=["magic", "text", "cut", "gzip"],
)
def test_a_file_that_is_no_parquet_is_refused(site, content):
    message = refused(site, content, "parquet")
    assert message.startswith("a.log: cannot be read as parquet (")
    assert message.endswith("what to do: correct the file, or `format` in auditor.toml")


def test_damaged_pages_of_parquet_are_refused(site):
    content = bytearray(parquet(*(request(number) for number in range(5_000))))
    content[100:4_000] = bytes(3_900)
    assert "a.log: cannot be read as parquet (" in refused(site, bytes(content), "parquet")


def test_scratch_is_of_no_name_that_the_configuration_gives(site):
    site.source("../../escaped", "requests", files=["*.log"], format="jsonl", columns=COLUMNS)
    site.write("a.log", jsonl(request()))
    assert site.collected()["requests"][0]["source"] == "../../escaped"
    assert sorted(path.name for path in site.root.parent.iterdir()) == ["company", "out"]
