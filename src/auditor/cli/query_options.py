"""The options that choose what runs the queries. A flag outweighs the environment."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Callable

DUCKDB, SPARK = "duckdb", "spark"
OPTIONS = (
    click.option(
        "--sql-engine",
        type=click.Choice((DUCKDB, SPARK)),
        default=DUCKDB,
        show_default=True,
        envvar="AUDITOR_SQL_ENGINE",
        show_envvar=True,
        help="What runs the queries: DuckDB in this process, or Spark (the extra `spark`), with the same findings.",
    ),
    click.option(
        "--spark-url",
        metavar="URL",
        default="local[2]",
        show_default=True,
        envvar="AUDITOR_SPARK_URL",
        show_envvar=True,
        help="A master (local[N], local-cluster[N,CORES,MB], spark://, yarn, k8s://) or Spark Connect (sc://).",
    ),
    click.option(
        "--spark-snapshot",
        metavar="URL",
        help="Where the cluster reads the files of --snapshot (s3a://, file://); default: their path here.",
    ),
)


def query_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options to ``command``, which gets them as one argument ``queries``, a ``QueryChoice``."""

    @functools.wraps(command)
    def checked(*arguments: Any, sql_engine: str, spark_url: str, spark_snapshot: str | None, **others: Any) -> int:
        from auditor.shell.query_engines import QueryChoice  # noqa: PLC0415 - lazy

        context = click.get_current_context()
        for name in ("spark_url", "spark_snapshot"):
            given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
            if given and sql_engine != SPARK:
                raise click.UsageError(f"--{name.replace('_', '-')} needs --sql-engine spark")
        if spark_snapshot is not None and others.get("snapshot") is None:
            raise click.UsageError(
                "--spark-snapshot needs --snapshot: what is collected now is not where a cluster reads it"
            )
        return command(*arguments, queries=QueryChoice(sql_engine, spark_url, spark_snapshot), **others)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(OPTIONS), checked)
