"""What may be said of the SQL engine, and what is refused before anything is read."""

from __future__ import annotations

import pytest

from auditor.errors import UsageError
from auditor.shell.query_engines import QueryChoice


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--spark-url", "local[1]"], "--spark-url needs --sql-engine spark"),
        (["--snapshot", "s", "--spark-snapshot", "s3a://b/s"], "--spark-snapshot needs --sql-engine spark"),
        (["--sql-engine", "spark", "--spark-snapshot", "s3a://b/s"], "--spark-snapshot needs --snapshot"),
        (["--sql-engine", "spark", "--snapshot", "s", "--spark-snapshot", "folder"], "'folder' is no URL"),
        (["--sql-engine", "sqlite"], "'sqlite' is not one of 'duckdb', 'spark'"),
    ],
)
def test_options_that_do_not_go_together(auditor, words, said):
    told = auditor("evaluate", *words)
    assert told.code == 2
    assert said in told.err


def test_an_unknown_engine_is_refused():
    with pytest.raises(UsageError, match="expected one of duckdb, spark"):
        QueryChoice("sqlite")
