"""The engine: exact values in and out, and what the lock holds when the guard is not asked."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.adapters.sql.engine import SqlEngine
from auditor.errors import ControlError, EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "controls/a/b/b.sql"
INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


def write(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    columns = {
        "event_time": pa.array([INSTANT] * 3, pa.timestamp("us", "UTC")),
        "route": pa.array(["direct", "mcp", None]),
        "latency_us": pa.array([300_000, 1_500_000, 3_000_001], pa.int64()),
    }
    path = folder / "requests.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SqlEngine]:
    with SqlEngine({"requests": write(tmp_path / "snapshot")}) as opened:
        yield opened


def value(engine: SqlEngine, sql: str, **parameters: object) -> Any:
    """Return the one value of a query that gives one."""
    ((result,),) = (row.values() for row in engine.query(FILE, sql, parameters))
    return result


def test_rows_come_back_as_exact_json(engine: SqlEngine) -> None:
    sql = """
        select
            route,
            latency_us,
            latency_us > 1 as slow,
            [latency_us, 1] as list,
            {'a': route, 'b': 0.50} as object,
            0.10::decimal(9, 2) as money,
            epoch_us(event_time) as at_us
        from requests
        order by latency_us
        limit 1
    """
    assert engine.query(FILE, sql, {}) == [
        {
            "route": "direct",
            "latency_us": 300_000,
            "slow": True,
            "list": [300_000, 1],
            "object": {"a": "direct", "b": "0.50"},
            "money": "0.10",
            "at_us": 1_767_225_600_000_000,
        }
    ]


@pytest.mark.parametrize(
    ("given", "back"), [(7, 7), ("x", "x"), (True, True), (None, None), ([], []), ([1, 2], [1, 2]), (["x"], ["x"])]
)
def test_exact_parameters_go_in_unchanged(engine: SqlEngine, given: object, back: object) -> None:
    assert value(engine, "select $a as x", a=given, unused=object()) == back


def test_an_instant_goes_in_as_the_same_instant(engine: SqlEngine) -> None:
    assert value(engine, "select epoch_us($a) as x", a=INSTANT) == 1_767_225_600_000_000


@pytest.mark.parametrize(
    "given",
    [1.5, [1.5], Decimal("1.5"), datetime(2026, 1, 1), b"x", {"a": 1}, [1, "x"], [None], [True, 1], [[1]]],  # noqa: DTZ001
)
def test_other_parameters_are_refused_by_file_and_name(engine: SqlEngine, given: object) -> None:
    with pytest.raises(ControlError, match=r"controls/a/b/b.sql: parameter \$limit is \w+ .*no exact value"):
        engine.query(FILE, "select $limit as x", {"limit": given})


def test_an_hour_of_seconds_fits_when_it_is_counted_in_microseconds(engine: SqlEngine) -> None:
    asked = "select $seconds * 1000000 as one, [$several[1] * 1000000] as many"
    (row,) = engine.query("q.sql", asked, {"seconds": 3600, "several": [3600]})
    assert row == {"one": 3_600_000_000, "many": [3_600_000_000]}


def test_a_missing_parameter_is_named(engine: SqlEngine) -> None:
    with pytest.raises(ControlError, match=r"controls/a/b/b.sql: parameter \$b, \$c has no value"):
        engine.query(FILE, "select $a, $b, $c", {"a": 1})


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select event_time from requests", "is datetime"),
        ("select event_time - event_time as d from requests", "is timedelta"),
        ("select d // 2 as f from (select latency_us * 0.5 as d from requests)", "is float"),
        ("select [d // 2] as f from (select latency_us * 0.5 as d from requests)", "is float"),
        ("select 9007199254740993 as x", "too large for JSON"),
        ("select 1 as a, 2 as a", "two columns share a name"),
        ("select 1 as a, 2 as A", "two columns share a name"),
        ("select nothing from requests", "Binder Error"),
        ("select route::bigint as x from requests", "Conversion Error"),
        ("select latency_us + 9223372036854775807 as x from requests", "Out of Range"),
        ("select now() as x", "'now'"),
    ],
)
def test_an_authors_fault_names_the_file(engine: SqlEngine, sql: str, found: str) -> None:
    with pytest.raises(ControlError, match=found) as caught:
        engine.query(FILE, sql, {})
    assert str(caught.value).startswith(f"{FILE}: ")


@pytest.mark.parametrize("word", ["now", "today", "tomorrow", "yesterday"])
def test_no_text_is_a_clock(engine: SqlEngine, word: str) -> None:
    with pytest.raises(ControlError, match="Conversion Error"):
        engine.query(FILE, f"select event_time < '{word}' as x from requests", {})  # noqa: S608 - four words


def test_derived_tables_are_read_by_later_queries_and_tables(engine: SqlEngine) -> None:
    engine.derive("slow", "select route, event_time from requests where latency_us > $limit", {"limit": 1_000_000})
    engine.derive("routes", "select count(route) as n from slow", {})
    assert value(engine, "select n from routes") == 1
    assert value(engine, "select max(epoch_us(event_time)) from slow") == 1_767_225_600_000_000
    with pytest.raises(ControlError, match="table 'slow' is there already"):
        engine.derive("slow", "select 1 as a", {})


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select d // 2 as f from (select latency_us * 0.5 as d from requests)", "column 'f' is DOUBLE"),
        ("select [{'a': d // 2}] as f from (select latency_us * 0.5 as d from requests)", "'f.child.a' is DOUBLE"),
        ("select sum(latency_us) as s from requests", "column 's' is HUGEINT"),
        ("select event_time - event_time as i from requests", "column 'i' is INTERVAL"),
        ("select 1 as a, 2 as A", "two columns share a name"),
    ],
)
def test_a_derived_table_keeps_no_inexact_column(engine: SqlEngine, sql: str, found: str) -> None:
    with pytest.raises(ControlError, match=found) as caught:
        engine.derive("t", sql, {})
    assert str(caught.value).startswith("derived/t.sql: ")


def test_every_query_is_in_utc_wherever_it_runs(tmp_path: Path) -> None:
    program = """if True:
        import sys
        from pathlib import Path
        from auditor.adapters.sql.engine import SqlEngine
        with SqlEngine({"requests": Path(sys.argv[1])}) as engine:
            for _ in range(2):
                with engine._running("x", ()) as connection:
                    print(*connection.execute("select current_setting('TimeZone')").fetchone())
    """
    command = [sys.executable, "-c", program, str(write(tmp_path))]
    said = subprocess.run(command, env={"TZ": "Asia/Tokyo"}, capture_output=True, text=True, check=True)
    assert said.stdout == "UTC\nUTC\n"


def test_nothing_temporary_outlives_a_query(engine: SqlEngine) -> None:
    """What slips past the guard in one query is gone in the next."""
    with engine._running(FILE, ()) as connection:
        connection.execute("create temp view requests as select 7 as latency_us")
    assert value(engine, "select min(latency_us) from requests") == 300_000


def test_a_query_asked_again_gives_rows_of_its_own(engine: SqlEngine) -> None:
    sql = "select route, latency_us from requests where latency_us > $limit order by latency_us"
    first = engine.query(FILE, sql, {"limit": 1_000_000})
    first[0]["route"] = "changed"
    assert engine.query(FILE, sql, {"limit": 1_000_000})[0]["route"] == "mcp"
    assert len(engine.query(FILE, sql, {"limit": 2_000_000})) == 1
    assert len(engine.query(FILE, sql, {"limit": 0})) == 3


def test_the_name_of_a_folder_is_not_data(tmp_path: Path) -> None:
    """DuckDB reads ``route=x`` in a path as a column, and puts it over the file's own."""
    with SqlEngine({"requests": write(tmp_path / "route=health" / "zone=7")}) as engine:
        rows = engine.query(FILE, "select * exclude (event_time) from requests order by latency_us", {})
    assert rows[0] == {"route": "direct", "latency_us": 300_000}


def test_a_file_that_is_no_parquet_is_an_engine_error(tmp_path: Path) -> None:
    path = tmp_path / "requests.parquet"
    path.write_bytes(b"nothing")
    with (
        SqlEngine({"requests": path}) as engine,
        pytest.raises(EngineError, match="requests: the snapshot cannot be opened"),
    ):
        engine.query(FILE, "select 1 as x from requests", {})


def test_memory_and_time_are_bounded(tmp_path: Path) -> None:
    tables = {"requests": write(tmp_path)}
    wide = "select len(list(n order by n)) as x from range(100000000) as s(n)"
    with SqlEngine(tables, memory_limit="64MB") as engine, pytest.raises(EngineError, match=r"b.sql: .*resource"):
        engine.query(FILE, wide, {})
    long = "select count(*) as x from range(10000000) as a(i), range(10000000) as b(j) where i + j = -1"
    with SqlEngine(tables, timeout_s=0.5) as engine, pytest.raises(EngineError, match=r"did not end within 0.5 s"):
        engine.query(FILE, long, {})


# Defence in depth: a statement that slipped past the guard still meets the lock.


@pytest.fixture
def locked(engine: SqlEngine) -> Iterator[duckdb.DuckDBPyConnection]:
    with engine._connect() as connection:
        engine._open(connection, ["requests"])
        yield connection


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{folder}/other.csv')",
        "select * from read_csv('{folder}/other.csv')",
        "select * from glob('{folder}/*')",
        "select * from '{folder}/other.csv'",
        "copy (select 1) to '{folder}/out.csv'",
        "copy requests to '{folder}/out.parquet' (format parquet)",
        "export database '{folder}/exported'",
        "attach '{folder}/other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set allowed_paths = ['{folder}/other.csv']",
        "set lock_configuration = false",
        "set threads = 4",
        "pragma enable_profiling",
        "select * from read_text('http://localhost/')",
    ],
)
def test_the_lock_holds_files_network_and_settings(locked: duckdb.DuckDBPyConnection, tmp_path: Path, sql: str) -> None:
    (tmp_path / "other.csv").write_text("a\nsecret\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(duckdb.Error):
        locked.execute(sql.format(folder=tmp_path)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == before


LOCK_ALONE_STILL_RUNS = [
    "create or replace temp view requests as select 1 as x",
    "create table z as select 1",
    "create macro f() as 1",
    "drop view requests",
    "attach ':memory:' as other",
    "set variable x = 1",
    "checkpoint",
    "call pragma_version()",
    "select now()",
    "select random()",
    "select current_setting('memory_limit')",
    "select * from duckdb_settings()",
    "select * from sqlite_master",
]


@pytest.mark.parametrize("sql", LOCK_ALONE_STILL_RUNS)
def test_why_the_lock_alone_is_not_enough(locked: duckdb.DuckDBPyConnection, engine: SqlEngine, sql: str) -> None:
    locked.execute(sql).fetchall()
    with pytest.raises(ControlError):
        engine.query(FILE, sql, {})


def test_the_lock_alone_lets_a_snapshot_file_be_overwritten(
    locked: duckdb.DuckDBPyConnection, engine: SqlEngine, tmp_path: Path
) -> None:
    """The exact paths that may be read may be written: only the guard, and no-write child, hold this."""
    path = tmp_path / "snapshot" / "requests.parquet"
    sql = f"copy (select 7 as route) to '{path}' (format parquet, use_tmp_file false)"
    with pytest.raises(ControlError, match="COPY"):
        engine.query(FILE, sql, {})
    assert pq.read_table(path).num_rows == 3
    locked.execute(sql)
    assert pq.read_table(path).num_rows == 1
