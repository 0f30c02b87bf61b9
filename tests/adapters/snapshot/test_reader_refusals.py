"""A snapshot opens when it is exactly what its manifest and the declared tables say, and tells all that is not."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.sql.engine import SqlEngine
from auditor.errors import SnapshotError
from auditor.model import Scope
from auditor.tables import TABLES

AGAIN = "\n  what to do: collect again; a snapshot is never edited"
DIFFERS = "not what its manifest and the declared tables say"
NULLABLE = {name: [one.name for one in table.columns if one.nullable] for name, table in TABLES.items()}
REQUIRED = {name: [one.name for one in table.columns if not one.nullable] for name, table in TABLES.items()}
LISTED = {name: [one for one in table.columns if one.values] for name, table in TABLES.items()}


def refused(stored):
    with pytest.raises(SnapshotError) as raised:
        open_snapshot(stored.root)
    return str(raised.value)


def told(stored, heading, *problems):
    return f"{stored.root}: {heading}\n" + "\n".join(f"  - {problem}" for problem in problems) + AGAIN


def with_column(table, name, values):
    return table.set_column(table.schema.names.index(name), name, values)


def test_a_whole_snapshot_opens(stored):
    snapshot = open_snapshot(stored.root)
    assert snapshot.scope == Scope("s", "e", "r", "p")
    assert {name: path.name for name, path in snapshot.tables.items()} == {name: f"{name}.parquet" for name in TABLES}


@pytest.mark.parametrize("table", [name for name, columns in NULLABLE.items() if columns])
def test_nulls_where_they_may_be_open(stored, table):
    rows = stored.table(table)
    for column in NULLABLE[table]:
        rows = with_column(rows, column, pa.nulls(1, rows.schema.field(column).type))
    stored.replace(table, rows)
    assert table in open_snapshot(stored.root).tables


@pytest.mark.parametrize("table", [name for name, columns in REQUIRED.items() if columns])
def test_each_null_where_none_may_be_is_refused(stored, table):
    rows = stored.table(table)
    for column in REQUIRED[table]:
        rows = with_column(rows, column, pa.nulls(1, rows.schema.field(column).type))
    stored.replace(table, rows)
    problems = [f"{table}.parquet: column '{one}' has null values, none are allowed" for one in REQUIRED[table]]
    assert refused(stored) == told(stored, DIFFERS, *problems)


@pytest.mark.parametrize("column", REQUIRED["requests"])
def test_one_null_where_none_may_be_is_refused(stored, column):
    rows = stored.table("requests")
    stored.replace("requests", with_column(rows, column, pa.nulls(1, rows.schema.field(column).type)))
    problem = f"requests.parquet: column '{column}' has null values, none are allowed"
    assert refused(stored) == told(stored, DIFFERS, problem)


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_is_missing_is_refused(stored, table):
    (*_, name) = TABLES[table].columns
    stored.replace(table, stored.table(table).drop_columns([name.name]))
    assert refused(stored) == told(stored, DIFFERS, f"{table}.parquet: column '{name.name}' is missing")


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_is_not_declared_is_refused(stored, table):
    stored.replace(table, stored.table(table).append_column("extra", pa.array([1])))
    assert refused(stored) == told(stored, DIFFERS, f"{table}.parquet: column 'extra' is not declared")


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_is_there_twice_is_refused(stored, table):
    rows = stored.table(table)
    stored.replace(table, rows.append_column("system", rows.column("system")))
    assert refused(stored) == told(stored, DIFFERS, f"{table}.parquet: column 'system_1' is not declared")


@pytest.mark.parametrize(
    ("column", "kind", "said"),
    [
        ("latency_us", pa.int32(), "INTEGER, expected BIGINT"),
        ("latency_us", pa.float64(), "DOUBLE, expected BIGINT"),
        ("event_time", pa.timestamp("us"), "TIMESTAMP, expected TIMESTAMP WITH TIME ZONE"),
        ("event_time", pa.timestamp("ns", tz="UTC"), "TIMESTAMPTZ_NS, expected TIMESTAMP WITH TIME ZONE"),
        ("request_hi", pa.uint64(), "UBIGINT, expected BIGINT"),
    ],
)
def test_a_column_of_another_type_is_refused(stored, column, kind, said):
    rows = stored.table("requests")
    stored.replace("requests", with_column(rows, column, rows.column(column).cast(kind)))
    problem = f"requests.parquet: column '{column}' is {said}"
    assert refused(stored) == told(stored, DIFFERS, problem)


def test_instants_of_the_old_kind_are_refused(stored):
    rows = stored.table("requests")
    pq.write_table(rows, stored.root / "requests.parquet", use_deprecated_int96_timestamps=True)
    stored.agree("requests", rows.num_rows)
    assert "requests.parquet: column 'event_time' is TIMESTAMP, expected TIMESTAMP WITH TIME ZONE" in refused(stored)


def read(root):
    """Return what queries read of every table, which has one row: instants as microseconds of UTC."""
    with SqlEngine(open_snapshot(root).tables) as sql:
        return {name: sql.query(name, _everything(name, table.columns), {}) for name, table in TABLES.items()}


def _everything(name, columns):
    asked = [f"epoch_us({one.name}) as {one.name}" if one.type == "instant" else one.name for one in columns]
    return f"select {', '.join(asked)} from {name}"  # noqa: S608 - declared names


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("+00:00", pa.string()),
        ("Etc/UTC", pa.large_string()),
        ("Europe/Berlin", pa.string_view()),
        ("America/Los_Angeles", pa.string()),
    ],
    ids=str,
)
def test_another_note_of_zone_or_of_text_changes_nothing_that_is_read(stored, zone, text):
    before = read(stored.root)
    kinds = {"instant": pa.timestamp("us", tz=zone), "text": text}
    for name, table in TABLES.items():
        rows = stored.table(name)
        for column in table.columns:
            if column.type in kinds:
                rows = with_column(rows, column.name, rows.column(column.name).cast(kinds[column.type]))
        stored.replace(name, rows)
        assert stored.table(name).schema.field("source").type == text
    assert read(stored.root) == before


@pytest.mark.parametrize("table", [name for name, columns in LISTED.items() if columns])
def test_each_value_outside_its_list_is_refused(stored, table):
    rows = stored.table(table)
    for column in LISTED[table]:
        rows = with_column(rows, column.name, pa.array(["elsewhere"]))
    stored.replace(table, rows)
    problems = [
        f"{table}.parquet: column '{one.name}' holds 'elsewhere', expected one of {', '.join(one.values)}"
        for one in LISTED[table]
    ]
    assert refused(stored) == told(stored, DIFFERS, *problems)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_another_scope_is_refused(stored, table):
    rows = stored.table(table)
    for column in ("system", "environment"):
        rows = with_column(rows, column, pa.array(["foreign"]))
    stored.replace(table, rows)
    own = {"system": "s", "environment": "e"}
    problems = [f"{table}.parquet: column '{one}' holds 'foreign', expected one of {own[one]}" for one in own]
    assert refused(stored) == told(stored, DIFFERS, *problems)


def test_another_scope_in_the_manifest_is_refused(stored):
    stored.manifest["scope"]["system"] = "other"
    stored.save()
    message = refused(stored)
    for table in TABLES:
        assert f"{table}.parquet: column 'system' holds 's', expected one of other" in message


def test_a_byte_that_was_edited_is_refused(stored):
    path = stored.root / "requests.parquet"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    message = refused(stored)
    assert message.startswith(f"{stored.root}: {DIFFERS}\n  - requests.parquet: SHA-256 ")
    assert f", the manifest says {stored.entry('requests')['sha256']}" in message


def test_every_changed_table_is_told_at_once(stored):
    for name in TABLES:
        stored.entry(name)["rows"] += 1
    stored.save()
    problems = [f"{name}.parquet: 1 rows, the manifest says 2" for name in TABLES]
    assert refused(stored) == told(stored, DIFFERS, *problems)


def test_another_size_in_the_manifest_is_refused(stored):
    size = stored.entry("requests")["size"]
    stored.entry("requests")["size"] = size + 1
    stored.save()
    assert refused(stored) == told(stored, DIFFERS, f"requests.parquet: {size} bytes, the manifest says {size + 1}")


@pytest.mark.parametrize("name", ["extra.parquet", ".hidden", "requests.parquet.bak"])
def test_a_file_too_many_is_refused(stored, name):
    (stored.root / name).write_bytes(b"")
    assert refused(stored) == told(stored, "not a whole snapshot", f"{name}: not listed in snapshot.json")


def test_a_folder_too_many_is_refused(stored):
    (stored.root / "more").mkdir()
    assert refused(stored) == told(stored, "not a whole snapshot", "more: not listed in snapshot.json")


def test_a_file_that_is_gone_is_refused(stored):
    (stored.root / "requests.parquet").unlink()
    assert refused(stored) == told(stored, "not a whole snapshot", "requests.parquet: missing")


def test_a_folder_in_place_of_a_file_is_refused(stored):
    (stored.root / "requests.parquet").unlink()
    (stored.root / "requests.parquet").mkdir()
    assert refused(stored) == told(stored, DIFFERS, "requests.parquet: cannot be read (Is a directory)")


def test_a_table_that_is_listed_twice_is_refused(stored):
    stored.manifest["tables"].append(dict(stored.entry("requests")))
    stored.save()
    assert refused(stored) == told(stored, "not a whole snapshot", "table 'requests' is listed twice")


def test_tables_that_are_not_listed_are_refused_in_one_order(stored):
    stored.manifest["tables"] = []
    stored.save()
    problems = [f"table '{name}' is missing" for name in sorted(TABLES)]
    problems += [f"{name}.parquet: not listed in snapshot.json" for name in sorted(TABLES)]
    assert refused(stored) == told(stored, "not a whole snapshot", *problems)


def test_a_table_that_is_not_declared_is_refused(stored):
    stored.manifest["tables"].append(stored.entry("requests") | {"name": "secrets", "file": "secrets.parquet"})
    stored.save()
    (stored.root / "secrets.parquet").write_bytes(b"")
    assert refused(stored) == told(stored, "not a whole snapshot", "table 'secrets' is not a declared table")


@pytest.mark.parametrize("file", ["../requests.parquet", "/etc/passwd", "coverage.parquet", "snapshot.json"])
def test_a_table_that_lies_elsewhere_is_refused(stored, file):
    stored.entry("requests")["file"] = file
    stored.save()
    assert f"table 'requests' lies in {file!r}" in refused(stored)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"], ids=["empty", "magic", "zeros"])
def test_a_file_that_is_no_parquet_is_refused_though_the_manifest_agrees(stored, content):
    (stored.root / "requests.parquet").write_bytes(content)
    stored.agree("requests", 1)
    assert "  - requests.parquet: no whole Parquet file (" in refused(stored)


def test_damaged_pages_are_refused_though_the_manifest_agrees(stored):
    path = stored.root / "requests.parquet"
    rows = pa.concat_tables([stored.table("requests")] * 5_000)
    stored.replace("requests", rows)
    raw = bytearray(path.read_bytes())
    raw[4:200] = b"\xff" * 196
    path.write_bytes(raw)
    stored.agree("requests", 5_000)
    assert "  - requests.parquet: " in refused(stored)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schemaVersion": 2}, "schemaVersion: Input should be 1"),
        ({"scope": {"system": "s"}}, "scope.environment: Field required"),
        (
            {"scope": {"system": "", "environment": "e", "release": "r", "phase": ""}},
            "scope.system: String should have",
        ),
        ({"collectedAt": "yesterday"}, "collectedAt: Input should be a valid datetime"),
        ({"collectedAt": "2025-01-14T12:00:00"}, "collectedAt has no time zone"),
        ({"more": 1}, "more: Extra inputs are not permitted"),
        ({"tables": {}}, "tables: Input should be a valid"),
        ({"duckdb": 2}, "duckdb: Input should be a valid string"),
    ],
)
def test_a_manifest_of_another_form_is_refused(stored, change, problem):
    stored.manifest |= change
    stored.save()
    message = refused(stored)
    assert message.startswith(f"{stored.root / 'snapshot.json'}: {problem}")
    assert message.endswith(AGAIN)


@pytest.mark.parametrize("value", ["1", 1.5, -1, True, None])
def test_a_count_of_the_manifest_that_is_none_is_refused(stored, value):
    stored.entry("requests")["rows"] = value
    stored.save()
    assert ": tables." in refused(stored)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_manifest_that_is_none_is_refused(stored, content):
    (stored.root / "snapshot.json").write_bytes(content)
    assert refused(stored).startswith(f"{stored.root / 'snapshot.json'}: document: ")


def test_a_folder_that_is_no_snapshot_is_refused(tmp_path):
    with pytest.raises(SnapshotError) as raised:
        open_snapshot(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path / 'snapshot.json'}: cannot be read (No such file or directory)\n"
        "  what to do: name a folder that `auditor collect` made"
    )


def test_the_manifest_is_what_lies_there(stored):
    assert json.loads((stored.root / "snapshot.json").read_bytes())["collectedAt"] == "2025-01-14T12:00:00Z"
    assert {one["name"]: one["rows"] for one in stored.manifest["tables"]} == dict.fromkeys(TABLES, 1)


@pytest.mark.parametrize("table", sorted(TABLES.keys() - {"coverage"}))
def test_an_archived_snapshot_may_lack_a_table_of_a_later_day(stored, table):
    (stored.root / f"{table}.parquet").unlink()
    stored.manifest["tables"] = []
    stored.save()
    assert f"table '{table}' is missing" in refused(stored)
    assert open_snapshot(stored.root, archived=True).tables == {}


@pytest.mark.parametrize("table", [name for name, columns in NULLABLE.items() if columns])
def test_an_archived_snapshot_may_lack_columns_that_may_be_null(stored, table):
    later = NULLABLE[table]
    stored.replace(table, stored.table(table).drop_columns(later))
    assert f"column '{later[0]}' is missing" in refused(stored)
    assert table in open_snapshot(stored.root, archived=True).tables


@pytest.mark.parametrize("table", TABLES)
def test_an_archived_snapshot_may_lack_no_other_column(stored, table):
    required = REQUIRED[table]
    stored.replace(table, stored.table(table).drop_columns(required[1:]))
    with pytest.raises(SnapshotError) as raised:
        open_snapshot(stored.root, archived=True)
    assert all(f"column '{column}' is missing" in str(raised.value) for column in required[1:])


def test_an_archived_snapshot_is_held_against_its_manifest_like_every_other(stored):
    path = stored.root / "requests.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(SnapshotError, match=r"requests\.parquet: SHA-256 .*, the manifest says"):
        open_snapshot(stored.root, archived=True)
