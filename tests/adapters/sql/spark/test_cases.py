"""Each control's query gives on a cluster of Spark the rows that it gives on DuckDB, over its cases.

Every run takes from each control the case with the most in its tables; ``HYPOTHESIS_PROFILE=thorough`` takes them all.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import settings

import costly
from auditor.adapters.policies.pack import load_pack, tables_read
from auditor.adapters.policies.read_tables import tables_behind
from auditor.adapters.sql.engine import SqlEngine
from auditor.adapters.sql.spark.engine import SparkEngine
from auditor.adapters.sql.spark.files import place_of
from auditor.shell.decide import ANCHORS, derive_tables, find_anchors, shared_parameters
from auditor.shell.policy_cases import read_cases, write_tables
from auditor.shell.query_engines import parameter_kinds
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
KINDS = parameter_kinds(PACK)


def sampled(control):
    cases = read_cases(PACK, control)
    thorough = settings.default.max_examples >= costly.MANY
    return cases if thorough else [max(cases, key=lambda case: len(json.dumps(case.tables)))]


def rows(engine, case):
    """Return what the query of a case gives, as ``policy_cases`` asks for it."""
    control = case.control
    if any(table.name == ANCHORS for table in tables_read(PACK, [control.sql])):
        find_anchors(engine, PACK, case.as_of)
    shared = shared_parameters(PACK, case.as_of, [case.window], [case.parameters])
    derive_tables(engine, PACK, [control], shared)
    times = {"window_start_us": case.window.start_us, "window_end_us": case.window.end_us}
    return engine.query(*control.query_for(engine.name), shared | times | case.parameters)


FAMILIES = sorted({control.split(".")[0] for control in PACK.controls})


@pytest.mark.parametrize("family", FAMILIES)
def test_a_controls_cases_give_the_same_rows(spark, family, tmp_path):
    cases = [
        case for name, control in PACK.controls.items() if name.split(".")[0] == family for case in sampled(control)
    ]
    assert cases
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        tables = write_tables(folder, case, tables_behind(PACK, case.control.sql))
        with SqlEngine(tables, threads=1) as duckdb:
            expected = rows(duckdb, case)
        with SparkEngine(spark, {name: place_of(path) for name, path in tables.items()}, kinds=KINDS) as sparks:
            assert rows(sparks, case) == expected, f"{case.file}: {case.name}"


@pytest.mark.parametrize("control", [name for name, control in PACK.controls.items() if control.variants])
def test_the_query_for_spark_is_the_same_query(control, tmp_path):
    """A variant is of DuckDB's dialect too, so DuckDB itself says over every case that it gives the same rows."""
    one = PACK.controls[control]
    for number, case in enumerate(read_cases(PACK, one)):
        folder = tmp_path / str(number)
        folder.mkdir()
        tables = write_tables(folder, case, tables_behind(PACK, one.sql))
        with SqlEngine(tables, threads=1) as duckdb:
            expected = rows(duckdb, case)
            duckdb.name = "spark"
            again = duckdb.query(
                *one.query_for("spark"),
                shared_parameters(PACK, case.as_of, [case.window], [case.parameters])
                | {"window_start_us": case.window.start_us, "window_end_us": case.window.end_us}
                | case.parameters,
            )
            assert again == expected, f"{case.file}: {case.name}"
