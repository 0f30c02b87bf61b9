"""request_slots counts in two steps; here each count is made row by row, as its words say."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.sql.engine import SqlEngine
from auditor.shipped import policies_dir
from auditor.tables import schema

(TABLE,) = [table for table in load_pack(policies_dir()).derived if table.name == "request_slots"]
START = datetime(2026, 3, 1, tzinfo=UTC)
US = 1_000_000
AS_OF_S = 40
maybe = st.none() | st.integers(-1, 3)
rows = st.fixed_dictionaries(
    {
        "second": st.integers(0, 60),
        "source": st.sampled_from(["a", "b"]),
        "route": st.sampled_from([None, "direct", "mcp"]),
        "kind": st.sampled_from([None, "generation", "cached", "health_check"]),
        "outcome": st.sampled_from([None, "ok", "client_error", "error", "timeout"]),
        "latency_us": st.none() | st.integers(-1, 40),
        "cache": st.sampled_from([None, "hit", "miss", "bypass"]),
        "input_tokens": maybe,
        "output_tokens": maybe,
        "cost_nano": maybe,
        "currency": st.sampled_from([None, "EUR", "USD"]),
    }
)


def counted(row, limits):
    """Return what one request adds to each count of its slot."""
    kind, outcome, latency = row["kind"], row["outcome"], row["latency_us"]
    served = outcome in {"ok", "timeout"}
    timed = latency is not None and latency >= 0
    placed = row["route"] is not None and kind is not None
    known = kind is not None and kind != "health_check"
    maybe_counts = kind != "health_check"
    answered = known and outcome is not None
    costed = answered and row["cost_nano"] is not None and row["cost_nano"] >= 0 and row["currency"] is not None
    tokens = [row["input_tokens"], row["output_tokens"]]
    stated = answered and all(number is not None and number >= 0 for number in tokens)
    unlooked = row["cache"] is None or (kind is None and row["cache"] != "bypass")
    return {
        "records": 1,
        "measured": served and timed and placed,
        "failed": outcome in {"error", "client_error"},
        "unmeasured": maybe_counts and (outcome is None or (served and not (timed and placed))),
        "answered": answered,
        "completed": known and outcome == "ok",
        "errors": known and outcome in {"error", "timeout"},
        "unplaced": maybe_counts and (kind is None or outcome is None),
        "hits": known and row["cache"] == "hit",
        "misses": known and row["cache"] == "miss",
        "unlooked": maybe_counts and unlooked,
        "costed": costed,
        "cost_nano": row["cost_nano"] if costed else 0,
        "counted": stated,
        "tokens": sum(tokens) if stated else 0,
        **{
            f"over_{n}": served and timed and placed and n <= len(limits) and latency > limits[n - 1]
            for n in range(1, 9)
        },
    }


@given(
    requests=st.lists(rows, max_size=30),
    limits=st.lists(st.integers(1, 39), max_size=8, unique=True).map(sorted),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_count_is_what_its_words_say(requests, limits, tmp_path):
    expected, currencies = {}, {}
    for row in requests:
        if row["second"] >= AS_OF_S:
            continue
        slot_us = int(START.timestamp()) * US + row["second"] // 10 * 10 * US
        key = (row["source"], slot_us, row["route"], row["kind"])
        sums = expected.setdefault(key, dict.fromkeys(counted(row, limits), 0))
        for name, number in counted(row, limits).items():
            sums[name] += number
        if row["cost_nano"] is not None and row["currency"] is not None:
            currencies.setdefault(key, []).append(row["currency"])
    columns = schema("requests")
    facts = [
        dict.fromkeys(columns.names)
        | {name: value for name, value in row.items() if name != "second"}
        | {"system": "s", "environment": "e", "event_time": START + timedelta(seconds=row["second"])}
        | {"request_hi": number, "request_lo": number}
        for number, row in enumerate(requests)
    ]
    pq.write_table(pa.Table.from_pylist(facts, schema=columns), tmp_path / "requests.parquet")
    given_us = int(START.timestamp()) * US + AS_OF_S * US
    with SqlEngine({"requests": tmp_path / "requests.parquet"}, threads=1) as sql:
        found = sql.query(TABLE.sql_path, TABLE.sql, {"as_of_us": given_us, "all_latency_limit_us": limits})
    keys = ("source", "slot_us", "route", "kind")
    assert len(found) == len(expected)
    for row in found:
        key = tuple(row.pop(name) for name in keys)
        named = currencies.get(key, [None])
        assert (row.pop("first_currency"), row.pop("last_currency")) == (min(named), max(named))
        assert row == expected[key]
