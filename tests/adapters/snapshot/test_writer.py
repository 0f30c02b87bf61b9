"""A snapshot is written whole or not at all, and its bytes depend on its rows alone."""

from __future__ import annotations

import random
from datetime import timedelta

import pyarrow as pa
import pytest

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.collector import Batch
from auditor.errors import CollectionError, EngineError, UsageError
from auditor.tables import TABLES, schema
from auditor.tables.traffic import REQUEST_KINDS
from collecting import unprivileged
from snapshots import COLLECTED_AT, SCOPE, VALUES, batch, row

ROWS = [
    row(
        "requests",
        event_time=VALUES["instant"] + timedelta(seconds=number // 3),
        request_hi=number % 7,
        request_lo=number,
    )
    for number in range(3_000)
]


def written(root, batches, sources=(("b", "kind", ""), ("a", "kind", "staging")), threads=2):
    with SnapshotWriter(root, threads=threads) as writer:
        for one in batches:
            writer.write(one, "a")
        writer.finish(SCOPE, COLLECTED_AT, list(sources))
    return {path.name: path.read_bytes() for path in sorted(root.iterdir())}


def refused(tmp_path, kind, *batches):
    with pytest.raises(kind) as raised:
        written(tmp_path / "out" / "snapshot", batches)
    assert list(tmp_path.iterdir()) == []
    return str(raised.value)


def test_every_declared_table_is_there_and_an_empty_one_too(tmp_path):
    files = written(tmp_path / "snapshot", [batch("requests", row("requests"))])
    assert files.keys() == {"mappings.json", "snapshot.json", *(f"{name}.parquet" for name in TABLES)}
    assert open_snapshot(tmp_path / "snapshot").scope == SCOPE


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_bytes_are_the_same_for_any_arrival_and_any_number_of_threads(tmp_path, threads):
    expected = written(tmp_path / "expected", [batch("requests", *ROWS)])
    shuffled = list(ROWS)
    random.Random(threads).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    batches = [batch("requests", *shuffled[start : start + 500]) for start in range(0, 3_000, 500)]
    assert written(tmp_path / "again", batches, (("a", "kind", "staging"), ("b", "kind", "")), threads) == expected


def test_bytes_differ_when_a_row_does(tmp_path):
    one = written(tmp_path / "one", [batch("requests", *ROWS)])
    other = written(tmp_path / "other", [batch("requests", *ROWS[:-1], ROWS[-1] | {"route": "y"})])
    assert [name for name in one if one[name] != other[name]] == ["requests.parquet", "snapshot.json"]


def test_rows_are_sorted_as_the_table_declares(tmp_path):
    written(tmp_path / "snapshot", [batch("requests", *reversed(ROWS))])
    table = pa.parquet.read_table(tmp_path / "snapshot" / "requests.parquet")
    keys = list(zip(*(table.column(name).to_pylist() for name in TABLES["requests"].order), strict=True))
    assert keys == sorted(keys)


def test_an_undeclared_table_is_refused_by_its_source(tmp_path):
    foreign = Batch("secrets", batch("requests", row("requests")).rows)
    assert refused(tmp_path, CollectionError, foreign) == (
        "source 'a': its collector gave table 'secrets', which is not declared"
    )


def test_a_missing_column_is_refused(tmp_path):
    rows = batch("requests", row("requests")).rows
    assert refused(tmp_path, CollectionError, Batch("requests", rows.drop_columns(["kind"]))) == (
        "source 'a', table requests: columns missing ['kind'], not declared [], or in another order"
    )


def test_an_undeclared_column_is_refused(tmp_path):
    rows = batch("requests", row("requests")).rows
    more = Batch("requests", rows.append_column("user", pa.array(["somebody"])))
    assert "columns missing [], not declared ['user']" in refused(tmp_path, CollectionError, more)


def test_columns_in_another_order_are_refused(tmp_path):
    rows = batch("requests", row("requests")).rows
    turned = Batch("requests", rows.select(list(reversed(rows.schema.names))))
    assert "or in another order" in refused(tmp_path, CollectionError, turned)


def test_a_wrong_type_is_refused(tmp_path):
    rows = batch("requests", row("requests")).rows
    wrong = rows.set_column(rows.schema.names.index("latency_us"), "latency_us", pa.array([1.5]))
    assert refused(tmp_path, CollectionError, Batch("requests", wrong)) == (
        "source 'a', table requests: column 'latency_us' is double, expected int64"
    )


def test_a_null_where_none_may_be_is_refused_with_its_row(tmp_path):
    wrong = batch("requests", row("requests"), row("requests", request_hi=None))
    assert refused(tmp_path, CollectionError, wrong) == (
        "source 'a', table requests: column 'request_hi', row 2 of a batch has no value"
    )


def test_a_value_outside_its_list_is_refused(tmp_path):
    message = refused(tmp_path, CollectionError, batch("requests", row("requests", kind="other")))
    assert message.startswith("source 'a', table requests: column 'kind' holds 'other', expected one of generation, ")


def test_a_wrong_batch_after_good_ones_leaves_nothing(tmp_path):
    good = batch("requests", row("requests"))
    refused(tmp_path, CollectionError, good, good, batch("requests", row("requests", outcome="other")))


@pytest.mark.parametrize("there", ["folder", "full folder", "file", "broken link"])
def test_what_is_there_is_never_written_over(tmp_path, there):
    target = tmp_path / "snapshot"
    if there == "file":
        target.write_text("mine")
    elif there == "broken link":
        target.symlink_to("gone")
    else:
        target.mkdir()
    if there == "full folder":
        (target / "mine").write_text("mine")
    with pytest.raises(UsageError) as raised:
        SnapshotWriter(target)
    assert str(raised.value) == (
        f"{target}: exists; a snapshot is never written over\n  what to do: give another --output"
    )
    assert list(tmp_path.iterdir()) == [target]


def test_what_appears_there_meanwhile_is_not_written_over(tmp_path):
    target = tmp_path / "snapshot"
    with SnapshotWriter(target) as writer:
        (target / "other").mkdir(parents=True)
        with pytest.raises(EngineError) as raised:
            writer.finish(SCOPE, COLLECTED_AT, [])
    assert f"{target}: the snapshot could not be written (Directory not empty)" in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot"]
    assert [path.name for path in target.iterdir()] == ["other"]


def test_folders_that_lead_there_are_made_and_stay_with_the_snapshot(tmp_path):
    written(tmp_path / "a" / "b" / "snapshot", [])
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["snapshot"]


def test_leaving_without_finishing_leaves_nothing(tmp_path):
    with SnapshotWriter(tmp_path / "a" / "b" / "snapshot") as writer:
        writer.write(batch("requests", row("requests")), "a")
        with writer.workspace() as work:
            (work / "scratch").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_folders_that_others_use_meanwhile_stay(tmp_path):
    with SnapshotWriter(tmp_path / "a" / "snapshot"):
        (tmp_path / "a" / "theirs").write_text("x")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["theirs"]


def test_a_workspace_is_empty_for_each_source(tmp_path):
    with SnapshotWriter(tmp_path / "snapshot") as writer:
        with writer.workspace() as work:
            (work / "scratch").write_text("x")
        with writer.workspace() as work:
            assert list(work.iterdir()) == []


def test_scratch_that_cannot_be_removed_is_told_with_what_went_before(tmp_path):
    def collect_into_a_folder_that_closes():
        with SnapshotWriter(tmp_path / "snapshot") as writer, writer.workspace() as work:
            (work / "kept").write_text("x")
            work.chmod(0o500)
            writer.write(batch("requests", row("requests", kind="other")), "a")

    with unprivileged(), pytest.raises(EngineError) as raised:
        collect_into_a_folder_that_closes()
    (left,) = tmp_path.iterdir()
    (left / "work" / "source").chmod(0o700)
    assert str(raised.value) == (
        f"{left}: the scratch folder could not be removed; and before that: source 'a', table requests: column 'kind' "
        f"holds 'other', expected one of {', '.join(REQUEST_KINDS)}\n  what to do: remove it"
    )


def test_a_folder_that_may_not_be_written_is_refused(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    with unprivileged(), pytest.raises(UsageError) as raised:
        SnapshotWriter(closed / "snapshot")
    assert str(raised.value) == (
        f"{closed}: no snapshot can be written here (Permission denied)\n  what to do: give another --output"
    )
    assert list(closed.iterdir()) == []


def test_a_folder_that_may_not_be_looked_into_is_refused(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    with unprivileged(), pytest.raises(UsageError) as raised:
        SnapshotWriter(closed / "deeper" / "snapshot")
    assert "no snapshot can be written here (Permission denied)" in str(raised.value)
    closed.chmod(0o700)
    assert list(closed.iterdir()) == []


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="no snapshot can be written here") as raised:
        SnapshotWriter(tmp_path / "file" / "snapshot")
    assert "Not a directory" in str(raised.value) or "File exists" in str(raised.value)


def test_a_schema_that_the_reader_refuses_is_never_written(tmp_path):
    for name in TABLES:
        assert batch(name, row(name)).rows.schema.equals(schema(name))
    written(tmp_path / "snapshot", [batch(name, row(name)) for name in TABLES])
    assert open_snapshot(tmp_path / "snapshot").tables.keys() == TABLES.keys()
