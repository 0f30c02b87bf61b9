"""The shipped cases as Arrow tables, so that a law can change their rows, their window and their as-of."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from hypothesis import HealthCheck, settings

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.read_tables import tables_behind
from auditor.model import Window
from auditor.shell.policy_cases import decide_tables, read_cases, write_tables
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
RANK = ["fail", "inconclusive", "pass"]
HAPPENED = {
    "requests": "event_time",
    "heartbeats": "end_time",
    "audit_events": "event_time",
    "application_events": "event_time",
    "security_findings": "event_time",
    "flag_changes": "event_time",
    "health_checks": "event_time",
    "deployment_events": "event_time",
    "rollback_steps": "event_time",
    "test_results": "event_time",
    "probes": "event_time",
    "validations": "event_time",
    "sign_offs": "signed_at",
}


def law(share=6):
    """Return the settings of a law of which each example decides at least twice: fewer examples than the profile's."""
    examples = max(8, settings.default.max_examples // share)
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def cases():
    """Return every case of every control."""
    return [case for control in PACK.controls.values() for case in read_cases(PACK, control)]


def tables_of(case):
    """Return the rows of ``case`` as a snapshot would hold them, of the tables that its control reads."""
    read = tables_behind(PACK, case.control.sql)
    with tempfile.TemporaryDirectory() as scratch:
        return {name: pq.read_table(path) for name, path in write_tables(Path(scratch), case, read).items()}


def decided(case, tables, engine):
    """Return what is decided on ``tables`` at the window and as-of of ``case``."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = {name: Path(scratch) / f"{name}.parquet" for name in tables}
        for name, table in tables.items():
            pq.write_table(table, paths[name])
        return decide_tables(PACK, case, paths, engine)


def verdicts(findings):
    """Return what a reader sees of ``findings``, without the window and the rows they rest on."""
    return {one.resource: (one.verdict.value, one.reason, one.observed, one.limit) for one in findings}


def shuffled(tables, random):
    """Return ``tables`` with the rows of each in another order."""
    result = {}
    for name, table in tables.items():
        order = list(range(table.num_rows))
        random.shuffle(order)
        result[name] = table.take(pa.array(order, pa.int64()))
    return result


def shifted(case, tables, by):
    """Return ``case`` and ``tables`` with every instant moved by ``by``: traffic, observers, window and as-of alike."""
    moved = replace(case, window=Window(case.window.start + by, case.window.end + by), as_of=case.as_of + by)
    return moved, {name: _shifted(table, by) for name, table in tables.items()}


def _shifted(table, by):
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            later = pc.add(table.column(index), pa.scalar(by, pa.duration("us")))
            table = table.set_column(index, field, later.cast(field.type))
    return table


def known_before(tables, moment):
    """Return ``tables`` without what happened at ``moment`` or later; a heartbeat is known when its interval ended."""
    return tables | {name: _known(tables[name], column, moment) for name, column in HAPPENED.items() if name in tables}


def again_at(tables, moment):
    """Return ``tables`` and, of all that happened, the same once more at ``moment``; a heartbeat takes 10 s."""
    result = dict(tables)
    for name in HAPPENED.keys() & tables.keys():
        table = tables[name]
        for index, field in enumerate(table.schema):
            if field.name in {"event_time", "start_time", "end_time", "signed_at"}:
                at = moment + timedelta(seconds=10) if field.name == "end_time" else moment
                table = table.set_column(index, field, pa.array([at] * table.num_rows, field.type))
        result[name] = pa.concat_tables([tables[name], table])
    return result


def _known(table, column, moment):
    happened = pc.less_equal if column == "end_time" else pc.less
    return table.filter(happened(table[column], pa.scalar(moment, table.schema.field(column).type)))
