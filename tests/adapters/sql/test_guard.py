from __future__ import annotations

import duckdb
import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.sql import vocabulary
from auditor.adapters.sql.guard import check_select
from auditor.errors import ControlError
from auditor.shipped import policies_dir
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

TABLE_NAMES = ("requests", "coverage")

HOSTILE = {
    "select 1; select 2": "2 statements",
    "": "0 statements",
    "-- nothing": "0 statements",
    "copy requests to 'x.csv'": "COPY",
    "copy (select 1) to 'x.csv'": "COPY",
    "attach 'x.db'": "ATTACH",
    "detach x": "DETACH",
    "create temp view requests as select 1": "CREATE",
    "create or replace temp view requests as select 1 as a": "CREATE",
    "create table x as select 1": "CREATE",
    "create macro f(a) as a": "CREATE",
    "insert into requests select 1": "INSERT",
    "update requests set a = 1": "UPDATE",
    "delete from requests": "DELETE",
    "set threads = 1": "SET",
    "set variable x = 1": "SET",
    "pragma database_list": "PRAGMA",
    "call pragma_version()": "CALL",
    "install httpfs": "INSTALL|LOAD",
    "load httpfs": "LOAD",
    "export database 'x'": "EXPORT",
    "explain select 1": "EXPLAIN",
    "prepare p as select 1": "PREPARE",
    "begin": "TRANSACTION",
    "vacuum": "VACUUM",
    "use x": "SET|USE",
    "select now()": "'now'",
    "select NOW()": "'now'",
    "select current_timestamp": "clock",
    "select Current_Date": "clock",
    "select localtime": "clock",
    "select today()": "'today'",
    "select get_current_timestamp()": "'get_current_timestamp'",
    "select transaction_timestamp()": "'transaction_timestamp'",
    "select random()": "'random'",
    "select a from requests order by random()": "'random'",
    "select uuid()": "'uuid'",
    "select gen_random_uuid()": "'gen_random_uuid'",
    "select setseed(0.5)": "'setseed'",
    "select nextval('x')": "'nextval'",
    "select current_user": "clock, user or setting",
    "select current_setting('threads')": "'current_setting'",
    "select getvariable('x')": "'getvariable'",
    "select getenv('HOME')": "'getenv'",
    "select version()": "'version'",
    "select pg_backend_pid()": "'pg_backend_pid'",
    "select txid_current()": "'txid_current'",
    "select * from 'x.csv'": "reads 'x.csv'",
    "select * from '/etc/passwd'": "reads '/etc/passwd'",
    "select * from read_csv('x.csv')": "'read_csv'",
    "select * from read_parquet('x.parquet')": "'read_parquet'",
    "select * from read_text('/etc/passwd')": "'read_text'",
    "select * from glob('/etc/*')": "'glob'",
    "select * from parquet_metadata('x')": "'parquet_metadata'",
    "select * from sniff_csv('x')": "'sniff_csv'",
    "select * from duckdb_settings()": "'duckdb_settings'",
    "select * from query('select 1')": "'query'",
    "select * from query_table('requests')": "'query_table'",
    "select * from information_schema.tables": "schema|reads",
    "select * from main.requests": "schema|reads",
    "select * from memory.main.requests": "catalog|schema|reads",
    "select * from other": "reads 'other'",
    "from (show tables)": "SHOW_REF",
    "from (describe requests)": "SHOW_REF",
    "from (summarize requests)": "SHOW_REF",
    "select * from requests tablesample 10%": "samples",
    "select * from requests using sample 10%": "samples",
    "with recursive c as (select 1 as a union all select a + 1 from c) select * from c": "RECURSIVE_CTE_NODE",
    "select columns('a') from requests": "COLUMNS",
    "select list_transform([1], x -> x + 1)": "LAMBDA|list_transform",
    "select approx_quantile(a, 0.5) from requests": "'approx_quantile'",
    "select approx_count_distinct(a) from requests": "'approx_count_distinct'",
    "select avg(a) from requests": "'avg'",
    "select stddev(a) from requests": "'stddev'",
    "select sqrt(2)": "'sqrt'",
    "select a / 2 from requests": "'/'",
    "select a::double from requests": "type 'double'",
    "select cast(a as float) from requests": "type 'float'",
    "select try_cast(a as bigint) from requests": "TRY_CAST",
    "select 1e3": "1e3 is a float",
    "select date '2020-01-01'": "type 'date'",
    "select first(a) from requests": "'first'",
    "select any_value(a) from requests": "'any_value'",
    "select arg_max(a, b) from requests": "'arg_max'",
    "select list(a) from requests": "list() without ORDER BY",
    "select string_agg(a, ',') from requests": "string_agg() without ORDER BY",
    "select row_number() over () from requests": "row_number() without ORDER BY",
    "select rank() over (order by a) from requests": "WINDOW_RANK",
    "select a from requests limit 1": "LIMIT without ORDER BY",
    "select distinct on (a) a, b from requests": "DISTINCT ON",
    "select * from requests positional join coverage": "positional inner join",
    "select * from requests asof join coverage on requests.a >= coverage.a": "asof inner join",
    "select * from requests natural join coverage": "natural inner join",
    "select a from requests where a = ?": "positional parameter",
    "select a from requests where a = $1": "positional parameter",
    "select system.main.now()": "catalog|schema|'now'",
    "select a collate nocase from requests": "COLLATE",
    "select md5(a) from requests": "'md5'",
    "select hash(a) from requests": "'hash'",
    "select write_log('x')": "'write_log'",
    "pivot requests on a": "PIVOT|statements|CREATE|MULTI",
    "select 1 as a union select now()": "'now'",
    "with c as (select now() as t) select t from c": "'now'",
    "select (select random())": "'random'",
    "select count(*) filter (where random() > 0.5) from requests": "'random'",
    "select case when now() is null then 1 end": "'now'",
    "select 1 where exists (select now())": "'now'",
    "select 1 group by random()": "'random'",
    "select 1 having random() > 0.5": "'random'",
    "select sum(a) over (order by random()) from requests": "'random'",
    "select * from unnest([random()])": "'random'",
    "select * from requests join coverage on random() > 0.5": "'random'",
    "select a from requests qualify row_number() over (order by random()) = 1": "'random'",
    # A name that a WITH gives elsewhere must not open DuckDB's own views, or a file.
    "with sqlite_master as (select * from sqlite_master) select * from sqlite_master": "reads 'sqlite_master'",
    "select (with duckdb_views as (select 1) select 1), sql from duckdb_views": "names a query 'duckdb_views'",
    "select (with pg_class as (select 1) select 1) from pg_class": "names a query 'pg_class'",
    "select (with pragma_database_list as (select 1) select 1) from pragma_database_list": "names a query",
    'select (with "/a.parquet" as (select 1) select 1) from "/a.parquet"': "names a query '/a.parquet'",
    "select (with c as (select 1) select 1) from c": "reads 'c'",
    "select * from c where (with c as (select 1) select true)": "reads 'c'",
    "with b as (select * from c), c as (select 1) select * from b": "reads 'c'",
    "select * from (with c as (select 1) select * from c) union all select * from c": "reads 'c'",
    "with c as (select 1) select * from main.c": "reads 'main.c'|schemas",
    # Literals that DuckDB reads as floats, or as integers wider than ours.
    "select 0.1234567890123456789012345678901234567890": "is read as a float",
    "select 0.12345678901234567890123456789012345678": "is read as a float",
    "select 00.1234567890123456789012345678901234567": "is read as a float",
    "select 1.5e1": "1.5e1 is a float",
    "select 170141183460469231731687303715884105728": "is too large",
    "select 1.5 // 0.5": "// of decimals",
    "select a // b::decimal(9, 2) from requests": "// of decimals",
    # Orders that order nothing.
    "select a from requests order by null limit 1": "LIMIT without ORDER BY a column",
    "select a from requests order by 1 = 1 limit 1": "LIMIT without ORDER BY a column",
    "select a from requests order by $x limit 1": "LIMIT without ORDER BY a column",
    "select a from requests offset 1": "LIMIT without ORDER BY a column",
    "select a from requests union all select b from requests limit 1": "LIMIT without ORDER BY a column",
    "select a from (select a from requests limit 1) order by a": "LIMIT without ORDER BY a column",
    "select list(a order by null) from requests": "list() without ORDER BY a column",
    "select list(a order by 1) from requests": "list() without ORDER BY a column",
    "select string_agg(a, ',' order by 'a') from requests": "string_agg() without ORDER BY a column",
    "select row_number() over (order by null) from requests": "row_number() without ORDER BY a column",
    "select lag(a) over (partition by a) from requests": "lag() without ORDER BY a column",
    "select sum(a) over (rows between unbounded preceding and current row) from requests": "frame of rows",
    "select sum(a) over (rows 3 preceding) from requests": "frame of rows",
}

LEGITIMATE = [
    "select 1",
    "with c as (select a from requests) select count(*) filter (where a > 1) from c",
    "select a, sum(b) over (partition by a order by b rows between unbounded preceding and current row) from requests",
    "select row_number() over (order by a), lag(a) over (order by a) from requests",
    "select string_agg(a, ',' order by a), list(a order by a), count(distinct a), quantile_disc(a, 0.95) from requests",
    "select a // 2, a % 2, -a, abs(a), a || 'x', coalesce(a, 1), nullif(a, 0) from requests",
    "select greatest(a, 1), least(a, 1) from requests",
    "select a from requests where a in (1, 2) and a not in (3) and a between 1 and 2 and not a = 5 or a is null",
    "select a from requests where a like 'x%' and starts_with(a, 'x') and a is distinct from 'y' order by a limit 3",
    "select * from requests left join coverage on requests.a = coverage.a full join unnest([1, 2]) as u(x) on true",
    "select a::bigint, a::decimal(18, 6), cast(a as varchar), 0.95 from requests",
    "select a from requests union all select a from coverage",
    "select * from (values (1), (2)) as v(a) cross join unnest(generate_series(0, $n - 1)) as s(i)",
    "select {'a': 1, 'b': [1, 2]}, bool_and(true), bool_or(false), len([1])",
    "select (select max(a) from requests), exists (select 1 from coverage where a = 1)",
    "select epoch_us(a) // 10000000 * 10000000 as slot from requests group by slot having count(*) > 1",
    'select "current_date".a from requests as "current_date"',
    "with a as (select 1 as x), b as (select x from a) select (select max(x) from a) from b union all select x from a",
    "with Slots as (select a from requests) select * from slots where exists (select 1 from SLOTS)",
    "with requests as (select * from requests where a > 1) select count(*) from requests",
    "with c as (select 1 as x) select * from (select * from c) as d cross join lateral (select x from c) as e",
    "select sum(a) over (partition by b), max(a) over () from requests",
    "select -0.5, 1., .5, -170141183460469231731687303715884105727, 0.1234567890123456789012345678901234567",
    "select a from requests order by 1 limit 3",
    "select a from requests union all select a from coverage order by a limit 3",
    "select a from requests group by all having bool_or(a is not null)",
]


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:60] or "(empty)")
def test_hostile_queries_are_refused_and_say_why(sql: str) -> None:
    with pytest.raises(ControlError) as caught:
        check_select("controls/a/b/b.sql", sql, TABLE_NAMES)
    message = str(caught.value)
    assert message.startswith("controls/a/b/b.sql: ")
    assert any(part in message for part in HOSTILE[sql].split("|")), message


@pytest.mark.parametrize("sql", LEGITIMATE, ids=lambda sql: sql[:60])
def test_legitimate_queries_pass(sql: str) -> None:
    check_select("controls/a/b/b.sql", sql, TABLE_NAMES)


def test_the_parameters_used_are_named() -> None:
    assert check_select("x.sql", "select $a, $b_us from requests where $a > 1", TABLE_NAMES) == {"a", "b_us"}


def test_text_that_is_no_sql_is_refused_with_duckdbs_own_words() -> None:
    with pytest.raises(ControlError, match=r"x.sql: DuckDB cannot parse the query: Parser Error"):
        check_select("x.sql", "selec a from requests", TABLE_NAMES)


def test_a_query_of_many_bytes_or_levels_is_refused() -> None:
    with pytest.raises(ControlError, match="at most 100000 are read"):
        check_select("x.sql", "select 1 -- " + "x" * 100_000, TABLE_NAMES)
    with pytest.raises(ControlError, match=r"nests deeper|cannot parse"):
        check_select("x.sql", "select " + "(" * 300 + "1 + 1" + ") + 1" * 300, TABLE_NAMES)


def test_every_shipped_query_passes() -> None:
    pack = load_pack(policies_dir())
    names = {*TABLES, *STATEMENT_TABLES, *(table.name for table in pack.derived)}
    for table in pack.derived:
        check_select(table.sql_path, table.sql, names)
    for control in pack.controls.values():
        check_select(control.sql_path, control.sql, names)


@pytest.mark.parametrize("levels", [120, 200, 400, 900, 3000])
@pytest.mark.parametrize(
    ("head", "tail"), [("abs(", ")"), ("not ", ""), ("case when true then ", " end"), ("1 + ", "")]
)
def test_deep_nesting_is_refused_and_never_crashes(levels: int, head: str, tail: str) -> None:
    with pytest.raises(ControlError, match=r"nests deeper|Max expression depth"):
        check_select("x.sql", "select " + head * levels + "1" + tail * levels, TABLE_NAMES)


def test_every_bare_word_that_duckdb_reads_as_a_function_is_known() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute("select distinct function_name from duckdb_functions()").fetchall()
        words = {name for (name,) in rows if name.isidentifier()} | vocabulary.VALUE_FUNCTIONS
        bare = {word for word in words if _binds(connection, f"select {word}")}
    assert "current_timestamp" in bare
    assert bare <= vocabulary.VALUE_FUNCTIONS


def test_no_view_of_duckdb_can_be_named_by_with() -> None:
    with duckdb.connect() as connection:
        names = connection.execute("select view_name from duckdb_views() where internal").fetchall()
        plain = [name for (name,) in names if _binds(connection, f'select * from "{name}"')]  # noqa: S608 - DuckDB's own
    assert "sqlite_master" in plain
    for name in plain:
        with pytest.raises(ControlError, match="names a query"):
            check_select("x.sql", f"with {name} as (select 1) select * from {name}", TABLE_NAMES)  # noqa: S608


def _binds(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    try:
        connection.execute(sql)
    except duckdb.Error:
        return False
    return True


def test_no_allowed_function_is_volatile() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() where stability = 'VOLATILE' or has_side_effects"
        ).fetchall()
    assert {name for (name,) in rows} & vocabulary.FUNCTIONS == set()


@pytest.mark.parametrize("places", range(35, 41))
@pytest.mark.parametrize("head", ["", "0", "00", "1", "12", "-0"])
def test_every_decimal_literal_that_passes_is_a_decimal_to_duckdb(head: str, places: int) -> None:
    sql = f"select {head}.{'1234567890' * 4:.{places}}"
    with duckdb.connect() as connection:
        (kind,) = connection.sql(sql).types
    try:
        check_select("x.sql", sql, TABLE_NAMES)
    except ControlError:
        assert places > 35
    else:
        assert kind.id == "decimal"
