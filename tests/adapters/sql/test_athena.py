"""What ADR 0046 says of Athena: which queries can be written in its dialect."""

from __future__ import annotations

import importlib.util
import logging
import os

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
NOT_YET = {"controls/documents/field_stated/field_stated.sql"}  # sqlglot writes its parameter $values as a keyword


@pytest.fixture(scope="module")
def sqlglot():
    if importlib.util.find_spec("sqlglot") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the extra `spark` is not installed")
    import sqlglot

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return sqlglot


def test_the_queries_parse_in_athenas_dialect_but_those_that_are_named(sqlglot):
    queries = {table.sql_path: table.sql for table in PACK.derived}
    queries |= dict(control.query_for("spark") for control in PACK.controls.values())
    refused = set()
    for path, text in queries.items():
        try:
            said = sqlglot.transpile(text, read="duckdb", write="athena", comments=False)[0]
            sqlglot.parse_one(said, dialect="athena")
        except sqlglot.errors.ParseError:
            refused.add(path)
    assert refused == NOT_YET


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select a // b", "SELECT CAST(TRUNCATE(CAST(a AS DOUBLE) / b) AS BIGINT)"),
        ("select len($list)", "SELECT LENGTH(:list)"),
        ("select epoch_us(t)", "SELECT EPOCH_US(t)"),
        ("select sum(a)::hugeint", "SELECT CAST(SUM(a) AS INT128)"),
    ],
)
def test_what_parses_is_not_what_athena_would_run(sqlglot, text, said):
    """Each of these would fail on Athena, or divide in floats without a word: ADR 0046 asks for rewrites of its own."""
    assert sqlglot.transpile(text, read="duckdb", write="athena")[0] == said
