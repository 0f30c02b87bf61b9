import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.sql.guard import check_select
from auditor.errors import ControlError
from auditor.shipped import policies_dir
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
}

LEGITIMATE = [
    "select 1",
    "with c as (select a from requests) select count(*) filter (where a > 1) from c",
    "select sum(b) over (partition by a order by b rows between unbounded preceding and current row) from requests",
    "select row_number() over (order by a), lag(a) over (order by a) from requests",
    "select string_agg(a, ',' order by a), list(a order by a), count(distinct a) from requests",
    "select quantile_disc(a, 0.95) from requests",
    "select a // 2, a % 2, -a, abs(a), a || 'x', coalesce(a, 1), nullif(a, 0), greatest(a, 1) from requests",
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
]


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:60] or "(empty)")
def test_hostile_queries_are_refused_and_say_why(sql):
    with pytest.raises(ControlError) as caught:
        check_select("controls/a/b/b.sql", sql, TABLE_NAMES)
    message = str(caught.value)
    assert message.startswith("controls/a/b/b.sql: ")
    assert any(part in message for part in HOSTILE[sql].split("|")), message


@pytest.mark.parametrize("sql", LEGITIMATE, ids=lambda sql: sql[:60])
def test_legitimate_queries_pass(sql):
    check_select("controls/a/b/b.sql", sql, TABLE_NAMES)


def test_the_parameters_used_are_named():
    query = check_select("x.sql", "with c as (select 1) select $a, $b_us from requests, c where $a > 1", TABLE_NAMES)
    assert query.parameters == {"a", "b_us"}
    assert query.tables == {"requests"}


def test_text_that_is_no_sql_is_refused_with_duckdbs_own_words():
    with pytest.raises(ControlError, match=r"x.sql: DuckDB cannot parse the query: Parser Error"):
        check_select("x.sql", "selec a from requests", TABLE_NAMES)


def test_a_query_of_many_bytes_or_levels_is_refused():
    with pytest.raises(ControlError, match="at most 100000 are read"):
        check_select("x.sql", "select 1 -- " + "x" * 100_000, TABLE_NAMES)
    with pytest.raises(ControlError, match="nests deeper|cannot parse"):
        check_select("x.sql", "select " + "(" * 300 + "1 + 1" + ") + 1" * 300, TABLE_NAMES)


def test_every_shipped_query_passes():
    pack = load_pack(policies_dir())
    names = {*TABLES, *(table.name for table in pack.derived)}
    for table in pack.derived:
        check_select(table.sql_path, table.sql, names)
    for control in pack.controls.values():
        check_select(control.sql_path, control.sql, names)
