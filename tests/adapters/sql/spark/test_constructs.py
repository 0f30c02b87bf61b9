# ruff: noqa: E501, S608 - tables of expressions, and queries made of them
"""Every construct that Spark is trusted with gives on it, over awkward values, what it gives on DuckDB."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.adapters.sql.engine import SqlEngine
from auditor.adapters.sql.spark.constructs import REWRITES, SAME
from auditor.adapters.sql.spark.engine import SparkEngine
from auditor.adapters.sql.spark.files import place_of
from auditor.errors import ControlError
from auditor.tables import TABLES

FILE = "controls/a/b/b.sql"
BIG = 2**50
PARAMETERS = {
    "words": ["ok", "", 'it\'s \\ "so"', "é", "a/b"],
    "numbers": [3, -7, BIG],
    "none": [],
    "absent": None,
    "absent_words": None,
    "word": "O'Neil\\n",
    "number": -7,
    "yes": True,
}
KINDS = {"none": "ARRAY<STRING>", "absent": "BIGINT", "absent_words": "ARRAY<STRING>"}

# Requests with nulls, ties, negative and large numbers, texts that a reader of SQL or of patterns could trip over.
ROWS = [
    {"route": route, "kind": kind, "outcome": outcome, "latency_us": latency, "cost_nano": cost}
    for route, kind, outcome, latency, cost in (
        ("direct", "generation", "ok", 7, BIG),
        ("direct", "generation", "ok", 7, -BIG),
        ("direct", "cached", "error", -7, None),
        ("mcp", "cached", "ok", 0, 2**31),
        ("mcp", None, None, None, 1),
        ("Zebra", "é/ü/", "timeout", 2**31, 0),
        ("zebra", "a\\b%_'\"", "ok", -1, -1),
        ("", "", "ok", 1, 10**15),
        (None, None, None, None, None),
        (None, "generation", "ok", 3, 3),
    )
]

EXPRESSIONS = {
    "arithmetic": ("latency_us + 1", "latency_us - 9", "latency_us * -3", "-latency_us", "abs(latency_us)", "(latency_us + 1) * 2"),
    "division": ("latency_us // 2", "latency_us // -2", "latency_us % 5", "-7 // 2 * 2", "cost_nano // 1000 % 7", "$number // 2"),
    "hugeint": (
        "(cost_nano::hugeint * 65536 + 5) // 131072", "(cost_nano::hugeint * 65536 * 65536)::varchar", "cost_nano::hugeint * 65536 > 4",
        "(cost_nano::hugeint * 65536) // (latency_us * 1000000 + 1)", "cost_nano::hugeint // 7",
    ),
    "comparison": (
        "route = 'mcp'", "route <> 'mcp'", "route < kind", "latency_us >= cost_nano", "latency_us between -7 and 3",
        "latency_us <= 7", "latency_us > 0", "route is distinct from kind", "route is not distinct from null",
        "kind is null", "kind is not null", "kind in ('cached', 'é/ü/')", "kind not in ('cached', null)",
        "latency_us in (7, null)", "case when route in (select kind from requests) or kind = '' then 1 end",
    ),
    "logic": ("not route = 'mcp'", "route = 'mcp' or kind is null and false", "(route = 'mcp' or true) and kind = ''", "true", "null"),
    "choice": (
        "case when latency_us > 0 then 'up' when latency_us < 0 then 'down' end", "case route when 'mcp' then 1 else 2 end",
        "case route when null then 1 else 2 end", "coalesce(route, kind, '-')", "nullif(route, '')",
        "greatest(latency_us, 1)", "least(latency_us, cost_nano)", "greatest(latency_us, null)", "least(route, kind)",
    ),
    "text": (
        "concat(route, '/', kind, latency_us, latency_us > 0)", "concat_ws('|', route, kind, latency_us)", "concat_ws('', kind)",
        "route || '/' || kind", "concat('\\d', '''', '\"', 'é')", "split_part(kind, '/', 1)", "split_part(kind, '/', 3)",
        "split_part(kind, 'no', 2)", "substring(kind, 2)", "substring(kind, 2, 2)", "substring(kind, length(concat(route, '/')))",
        "length(kind)", "lower(route)", "starts_with(kind, 'a\\')", "contains(kind, '%_')", "kind like 'a%'",
        "kind not like '%gen%'", "kind like '_______%'", "$word || route", "'é' = kind",
    ),
    "cast": (
        "latency_us::varchar", "(latency_us > 0)::varchar", "latency_us::boolean", "(route = 'mcp')::bigint", "7::bigint",
        "null::bigint", "null::varchar", "null::boolean", "'12'::bigint", "3::integer + 1",
    ),
    "instants": ("epoch_us(event_time)", "epoch_us(event_time) // 10000000", "event_time is null", "event_time > event_time"),
    "parameters": (
        "$number", "$absent", "$yes", "$word", "$absent is null", "coalesce($absent, 4)", "$words[1]", "$words[9]",
        "$numbers[2] + 1", "$none[1]", "len($words)", "len($none)", "list_contains($words, route)", "list_contains($none, kind)",
        "list_contains($numbers, latency_us)", "list_contains($words, 'é')", "list_contains(coalesce($none, ['']), '')",
        "list_contains($absent_words, route)",
    ),
}  # fmt: skip

QUERIES = {
    "aggregates": """
        select
            route,
            count(*) as n,
            count(kind) as kinds,
            sum(latency_us) as total,
            sum(latency_us) filter (where kind = 'cached') as cached,
            min(kind) as first_kind,
            max(kind) filter (where latency_us >= 0) as last_kind,
            min(latency_us > 0) as all_up,
            bool_and(latency_us > 0) as every,
            bool_or(latency_us > 0) as any_one,
            string_agg(kind, ', ' order by latency_us desc, kind) as kinds_said,
            string_agg(kind, '|' order by kind) filter (where latency_us > 0) as said_up,
            list(latency_us order by latency_us, kind, cost_nano) as latencies,
            list(kind order by kind, cost_nano) filter (where outcome = 'ok') as kinds_ok,
            list([latency_us, cost_nano] order by cost_nano, latency_us) as pairs
        from requests
        group by route
        having count(*) > 0
        order by route
    """,
    "of distinct values": """
        select
            route,
            count(*) as n,
            count(distinct kind) as different,
            count(distinct kind) filter (where latency_us > 0) as filtered,
            sum(latency_us) as total
        from requests
        group by route
        order by route
    """,
    "said once": "select route, string_agg(distinct kind, '' order by kind) as said, count(*) as n from requests group by route order by route",
    "no rows": """
        select
            count(*) as n,
            sum(latency_us) as total,
            list(kind order by kind) as kinds,
            string_agg(kind, ',' order by kind) as said,
            bool_and(latency_us > 0) as every
        from requests
        where route = 'nowhere'
        order by n
    """,
    "windows": """
        select
            route,
            kind,
            latency_us,
            cost_nano,
            row_number() over (partition by route order by latency_us, cost_nano) as place,
            row_number() over (order by latency_us desc, cost_nano desc, kind) as down,
            row_number() over (order by latency_us desc nulls first, cost_nano, kind) as nulls_up,
            lag(latency_us) over (order by latency_us, cost_nano, kind) as before,
            lead(kind) over (partition by route order by latency_us, cost_nano) as after,
            count(*) over () as everything,
            sum(latency_us) over (partition by route order by latency_us) as so_far,
            min(cost_nano) over (partition by kind) as least_cost,
            count(*) filter (where latency_us > 0) over (order by latency_us) as up_so_far,
            sum(latency_us) over (order by latency_us, cost_nano, kind rows between current row and 2 following) as ahead,
            max(latency_us) over (order by latency_us, cost_nano, kind rows between unbounded preceding and 1 preceding) as behind
        from requests
        order by latency_us, cost_nano, kind
    """,
    "in a query": """
        select route, latency_us
        from requests
        where (route in (select kind from requests where latency_us > 0) or latency_us = 7) and route <> '-'
        order by route, latency_us
    """,
    "order": "select kind, latency_us as n from requests order by n desc, kind",
    "lists": """
        select
            given.word,
            numbered.n,
            $words[n] as at_n
        from unnest($words) as given(word)
        cross join unnest(generate_series(1, len($words) + 1)) as numbered(n)
        order by word, n
    """,
    "empty lists": """
        select 'none' as what, word from unnest($none) as given(word)
        union all
        select 'down', n::varchar from unnest(generate_series(3, 1)) as numbered(n)
        union all
        select 'null', n::varchar from unnest(generate_series(1, $absent)) as numbered(n)
        union all
        select 'few', n::varchar from unnest(generate_series(-1, 1)) as numbered(n)
        order by what, word
    """,
    "lists among columns": """
        with spans as (
            select latency_us, kind from requests where latency_us between -7 and 7
        )
        select
            latency_us,
            kind,
            latency_us * 10 + unnest(generate_series(latency_us - 1, 3)) * 2 as slot
        from spans
        where kind is not null
        order by latency_us, kind, slot
    """,
    "a list alone": "select unnest(generate_series(0, $number + 9)) as slot order by slot",
    "joins": """
        with few as (select distinct route, kind from requests where latency_us > 0),
        others as (select kind, count(*) as n from requests group by kind)
        select few.route, few.kind, others.n, 'left' as how from few left join others on others.kind = few.kind
        union all
        select few.route, others.kind, others.n, 'full' from few full join others on others.kind = few.kind and others.n > 1
        union all
        select few.route, few.kind, null, 'anti' from few anti join others on others.kind = few.kind and others.n > 2
        union all
        select few.route, few.kind, null, 'semi' from few semi join others on others.kind = few.kind and others.n > 2
        union all
        select few.route, others.kind, others.n, 'right' from few right join others on others.kind = few.kind
        union all
        select few.route, others.kind, others.n, 'cross' from few cross join others
        union all
        select null, (select max(kind) from others), null, 'scalar'
        union all
        (select route, kind, null, 'once' from few union select route, kind, null, 'once' from few)
        order by how, route, kind, n
    """,
    "names within names": """
        with kinds as (select 'outer' as said),
        inner_kinds as (with kinds as (select 'inner' as said) select said from kinds)
        select kinds.said as one, inner_kinds.said as other, given.word
        from kinds
        cross join inner_kinds
        cross join (values ('a'), ('b')) as given(word)
        order by word
    """,
    "everything": "select * from (select kind, latency_us from requests where $yes) as few order by latency_us, kind",
}


@pytest.fixture(scope="module")
def engines(spark, tmp_path_factory):
    """Give both engines over one table of requests."""
    folder = tmp_path_factory.mktemp("requests") / "route=health"  # the name of a folder is no column
    folder.mkdir()
    schema = TABLES["requests"].schema()
    filled = {"instant": datetime(2026, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC), "int": 5, "text": "x", "bool": True}
    rows = [{c.name: filled[c.type] for c in TABLES["requests"].columns} | row for row in ROWS]
    rows[1]["event_time"] = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    path = folder / "requests.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    with (
        SqlEngine({"requests": path}, threads=1) as duckdb,
        SparkEngine(spark, {"requests": place_of(path)}, kinds=KINDS) as sparks,
    ):
        yield duckdb, sparks


def alike(engines, sql):
    duckdb, sparks = (engine.query(FILE, sql, PARAMETERS) for engine in engines)
    assert sparks == duckdb
    return duckdb


@pytest.mark.parametrize("group", EXPRESSIONS)
def test_an_expression_gives_the_same(engines, group):
    columns = ", ".join(f"{one} as x{number}" for number, one in enumerate(EXPRESSIONS[group]))
    rows = alike(engines, f"select {columns} from requests order by cost_nano, latency_us, kind")
    assert len(rows) == len(ROWS)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_gives_the_same(engines, name):
    assert alike(engines, QUERIES[name])


def test_a_derived_table_gives_the_same(engines):
    sql = "select route, sum(latency_us)::bigint as total from requests group by route order by route"
    for engine in engines:
        engine.derive("totals", sql, PARAMETERS)
    alike(engines, "select * from totals where total > $number order by total, route")


@pytest.mark.parametrize(
    "sql",
    [
        "select cost_nano * 65536 as x from requests order by x",
        "select latency_us // (latency_us - latency_us) as x from requests order by x",
        "select (cost_nano::hugeint * 65536)::bigint as x from requests order by x",
        "select (cost_nano::hugeint * 65536) // 1 as x from requests order by x",
        "select kind::bigint as x from requests order by x",
        "select (select route from requests) as x order by x",
        "select $words[n] as x from unnest(generate_series(0, 1)) as numbered(n) order by x",
        "select lower(kind) as x from requests order by x",
        "select substring(kind, latency_us) as x from requests order by x",
    ],
)  # fmt: skip
def test_where_spark_would_give_something_else_it_gives_an_error(engines, sql):
    with pytest.raises(ControlError, match=re.escape(f"{FILE}: Spark refused the query")):
        engines[1].query(FILE, sql, PARAMETERS)


def test_every_construct_on_the_list_is_run_above():
    import sqlglot
    from sqlglot import exp

    texts = [*QUERIES.values(), *(f"select {one} from requests" for group in EXPRESSIONS.values() for one in group)]
    said = {type(node) for text in texts for node in sqlglot.parse_one(text, dialect="duckdb").walk()}
    assert (SAME | REWRITES.keys()) - said == {exp.NullSafeEQ} - said


def test_the_engine_of_a_bundle_is_named_by_its_file():
    assert Path(SparkEngine.__module__.replace(".", "/")).parts[-2] == SparkEngine.name


def test_a_number_with_places_is_refused_and_never_cut() -> None:
    from decimal import Decimal

    from auditor.adapters.sql.spark.engine import _exact
    from auditor.errors import ControlError

    assert _exact("a.sql", "x", Decimal(12)) == 12
    with pytest.raises(ControlError, match=r"a.sql: column 'x' is 1.5"):
        _exact("a.sql", "x", [Decimal("1.5")])
