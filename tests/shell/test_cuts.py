"""Taking something away never turns fail or inconclusive into pass.

The law behind the product: whatever a careless team, a lost file or an attacker removes from a snapshot (a column's
values, an hour, a minute, a source, single rows, the observer or parts of it), no line may get better. Each example
cuts the facts of a company up to four times in a row and decides after each cut. A company has several incidents, each
of which turns lines of its own, so that few companies hold all of them and none hides another.
An example decides up to four times, so CI tries a quarter of its usual number; ``HYPOTHESIS_PROFILE=thorough`` runs
thousands.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.policies.read_tables import tables_of
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import Snapshot, open_snapshot
from auditor.estate import INCIDENTS, write_estate
from auditor.estate.writer import AS_OF, FIRST
from auditor.shell.collect import collect
from auditor.shell.decide import Inputs, decide
from auditor.shipped import policies_dir
from auditor.tables import TABLES, schema
from costly import examples_of

MINUTES = 130
TIMES = {
    "requests": "event_time",
    "audit_events": "event_time",
    "heartbeats": "start_time",
    "baselines": "period_start",
    "security_findings": "event_time",
    "application_events": "event_time",
}
DECISIVE = [
    *(("requests", name) for name in ("route", "kind", "outcome", "latency_us")),
    *(("requests", name) for name in ("cache", "input_tokens", "output_tokens", "cost_nano", "currency")),
    *(("audit_events", name) for name in ("model_id", "inference_region")),
    ("heartbeats", "records"),
    ("resources", "data_class"),
    ("coverage", "available_at"),
]
PACK = load_pack(policies_dir())
PROFILE = load_profile(PACK, "hybrid-routing-gates")
# What no control of the profile reads can be cut without any effect, so nothing would be tried.
READ = sorted(
    TABLES.keys()
    & {
        table
        for controls in PROFILE.bound.values()
        for bound in controls
        for table in tables_of(PACK)[bound.control.id]
    }
)
NULLABLE = [(name, c.name) for name in READ for c in TABLES[name].columns if c.nullable]


@dataclass(frozen=True)
class Cut:
    kind: str
    table: str
    column: str = ""
    start: int = 0
    length: int = 0
    share: int = 0


def _span(table: pa.Table, column: str, cut: Cut) -> pa.Array:
    start = FIRST + timedelta(minutes=cut.start)
    end = start + timedelta(minutes=cut.length)
    values = table[column]
    return pc.and_(pc.greater_equal(values, pa.scalar(start)), pc.less(values, pa.scalar(end)))


def apply(tables: dict[str, pa.Table], cut: Cut) -> dict[str, pa.Table]:
    table = tables[cut.table]
    if cut.kind == "column":
        index = table.schema.get_field_index(cut.column)
        empty = pa.nulls(table.num_rows, table.schema.field(index).type)
        return {**tables, cut.table: table.set_column(index, table.schema.field(index), empty)}
    if cut.kind == "span":
        return {**tables, cut.table: table.filter(pc.invert(_span(table, TIMES[cut.table], cut)))}
    if cut.kind == "span everywhere":
        for name, column in TIMES.items():
            tables = {**tables, name: tables[name].filter(pc.invert(_span(tables[name], column, cut)))}
        return tables
    if cut.kind == "table":
        return {**tables, cut.table: table.slice(0, 0)}
    assert cut.kind == "rows"
    kept = [index for index in range(table.num_rows) if (index * 2654435761 + cut.start) % 100 >= cut.share]
    return {**tables, cut.table: table.take(pa.array(kept, pa.int64()))}


minutes = st.integers(0, MINUTES)
cuts = st.one_of(
    st.sampled_from(NULLABLE).map(lambda one: Cut("column", *one)),
    st.builds(Cut, st.just("span"), st.sampled_from(sorted(TIMES)), start=minutes, length=st.sampled_from([1, 5, 60])),
    st.builds(Cut, st.just("span everywhere"), st.just("requests"), start=minutes, length=st.sampled_from([1, 5, 60])),
    st.sampled_from(READ).map(lambda table: Cut("table", table)),
    st.builds(Cut, st.just("rows"), st.sampled_from(READ), start=st.integers(0, 10**6), share=st.integers(1, 60)),
)


def _together() -> list[tuple[str, ...]]:
    """Return the incidents in as few companies as they fit in: no two of one company turn the same line."""
    companies: list[tuple[str, ...]] = []
    lines: list[set[str]] = []
    for name, incident in INCIDENTS.items():
        turned = set(incident.flips)
        place = next((n for n, taken in enumerate(lines) if not taken & turned), len(lines))
        if place == len(lines):
            companies.append(())
            lines.append(set())
        companies[place] += (name,)
        lines[place] |= turned
    return [(), *companies]


COMPANIES = _together()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Decide the facts of a company: (tables, scratch) -> line -> verdict."""
    root = tmp_path_factory.mktemp("estates")
    with WasmEngine(PACK) as engine:

        @cache
        def base(incidents: tuple[str, ...]) -> tuple[Snapshot, dict[str, pa.Table], dict[str, str]]:
            folder = root / f"company-{COMPANIES.index(incidents)}"
            estate = write_estate(folder / "estate", incidents=incidents)
            snapshot = open_snapshot(collect(estate.config, folder / "snapshot", collected_at=estate.collected_at))
            tables = {name: pq.read_table(path).cast(schema(name)) for name, path in snapshot.tables.items()}
            return snapshot, tables, verdicts(snapshot)

        def verdicts(snapshot: Snapshot) -> dict[str, str]:
            decisions, _ = decide(Inputs(snapshot, PACK, PROFILE, AS_OF), engine)
            return {line.line: line.verdict.value for line in decisions.lines}

        def after(snapshot: Snapshot, tables: dict[str, pa.Table], scratch: Path) -> dict[str, str]:
            paths = dict(snapshot.tables)
            for name in READ:
                table = tables[name]
                paths[name] = scratch / f"{name}.parquet"
                pq.write_table(table, paths[name])
            return verdicts(Snapshot(scratch, snapshot.scope, snapshot.collected_at, paths))

        yield base, after


@given(incidents=st.sampled_from(COMPANIES), chain=st.lists(cuts, min_size=1, max_size=4))
@settings(examples_of(4), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_taking_away_never_helps(world, tmp_path, incidents, chain):
    base, after = world
    snapshot, tables, before = base(incidents)
    for cut in chain:
        tables = apply(tables, cut)
        now = after(snapshot, tables, tmp_path)
        better = {line for line, verdict in now.items() if verdict == "pass" and before[line] != "pass"}
        assert not better, (incidents, cut, before, now)
        before = now


@pytest.mark.parametrize(
    "incidents", COMPANIES, ids=lambda incidents: f"{(*incidents, 'healthy')[0]}_of_{len(incidents)}"
)
def test_no_column_is_worth_losing(world, tmp_path, incidents):
    base, after = world
    snapshot, tables, before = base(incidents)
    for table, column in DECISIVE:
        if tables[table][column].null_count == tables[table].num_rows:
            continue  # there is nothing to lose
        now = after(snapshot, apply(tables, Cut("column", table, column)), tmp_path)
        better = {line for line, verdict in now.items() if verdict == "pass" and before[line] != "pass"}
        assert not better, (table, column, before, now)


def test_columns_that_decide_nothing_change_nothing(world, tmp_path):
    base, after = world
    snapshot, tables, before = base(())
    for table, column in sorted(set(NULLABLE) - set(DECISIVE)):
        tables = apply(tables, Cut("column", table, column))
    assert after(snapshot, tables, tmp_path) == before
