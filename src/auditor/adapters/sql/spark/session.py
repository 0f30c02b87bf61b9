"""Opens a session of Spark by its address: a master, or a Spark Connect server.

Rules kept here: what a query means is settled by ``MEANING``, set in the session and read back, never by what a
cluster's administrator has chosen; a session that was started here is stopped here; what is started on this machine
listens on the loopback interface alone.
Source: https://spark.apache.org/docs/latest/configuration.html, https://spark.apache.org/docs/latest/sql-ref-ansi-compliance.html
"""

from __future__ import annotations

import logging
import os
import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = re.compile(r"local(\[[0-9*]+\])?|local-cluster\[\d+,\d+,\d+\]|(spark|sc)://\S+|yarn|k8s://\S+")
HERE = ("local", "local-cluster")
MISSING = (
    "install the extra (pip install 'auditor[spark]') and Java 17 or later; is the address right, and does it answer?"
)

MEANING = {
    "spark.sql.ansi.enabled": "true",  # an overflow, a division by zero, text that is no number: an error, not a null
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.groupByAliases": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.ansi.enforceReservedKeywords": "false",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.binaryAsString": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
OURS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.adaptive.enabled": "true",
    "spark.log.level": "OFF",  # what goes wrong comes back as an exception, and is told once
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def check_address(url: str) -> None:
    """Raise ``UsageError`` when ``url`` names neither a master nor a Spark Connect server."""
    if not ADDRESS.fullmatch(url):
        raise UsageError(
            f"--spark-url {url!r} is no address of Spark",
            remedy="give local[N], local-cluster[WORKERS,CORES,MEGABYTES], spark://HOST:PORT, yarn, k8s://..., or sc://HOST:PORT",
        )


@contextmanager
def open_session(url: str, settings: dict[str, str] | None = None) -> Iterator[Any]:
    """Give a session on ``url``; ``settings`` are more of Spark's own, for a master that is started for it.

    Raises:
        UsageError: ``url`` is no address.
        EngineError: PySpark or Java is missing, nothing answers, or the session does not take what queries rest on.
    """
    check_address(url)
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    session = _connected(url, settings or {})
    try:
        _settle(session, url)
        yield session
    finally:
        session.stop()


def _settle(session: Any, url: str) -> None:
    for name, value in MEANING.items():
        session.conf.set(name, value)
        if (found := session.conf.get(name)).lower() != value.lower():
            raise EngineError(f"{url}: Spark keeps {name} at {found}, where queries need {value}")


def _connected(url: str, settings: dict[str, str]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # on its support of pandas, which is not used here
        try:
            from pyspark.sql import SparkSession  # noqa: PLC0415 - heavy, and an extra
        except ImportError as error:
            raise EngineError(f"PySpark cannot be loaded: {error}", remedy=MISSING) from error
        if url.startswith(HERE):
            os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost"}
        raised: tuple[type[Exception], ...] = (*failures(), OSError, RuntimeError, ImportError)
        try:
            if url.startswith("sc://"):
                return SparkSession.builder.remote(url).create()
            builder = SparkSession.builder.master(url).appName("auditor")
            for name, value in {**_sized(url), **settings}.items():
                builder = builder.config(name, value)
            return builder.getOrCreate()
        except raised as error:
            raise EngineError(f"{url}: no session of Spark: {first_line(error)}", remedy=MISSING) from error


def failures() -> tuple[type[Exception], ...]:
    """Return what PySpark raises, in one process with Spark or as a client of Spark Connect."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - heavy, and an extra
    from pyspark.errors import PySparkException  # noqa: PLC0415 - heavy, and an extra

    try:
        from grpc import RpcError  # noqa: PLC0415 - heavy, and an extra
    except ImportError:  # PySpark without Spark Connect
        return (PySparkException, Py4JError)
    return (PySparkException, Py4JError, RpcError)


def first_line(error: Exception) -> str:
    """Return what an error of Spark says, without the stack of another machine that follows."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _sized(url: str) -> dict[str, str]:
    """Return settings for a master on this machine: as many partitions as cores, and the memory that it may have."""
    if not url.startswith(HERE):
        return {}
    match [int(number) for number in re.findall(r"\d+", url)]:
        case [workers, each, megabytes]:
            cores, memory = workers * each, {"spark.executor.memory": f"{megabytes}m"}
        case given:
            cores, memory = (given or [os.cpu_count() or 1])[0], {"spark.driver.memory": "4g"}
    return OURS | memory | {"spark.sql.shuffle.partitions": str(cores), "spark.default.parallelism": str(cores)}
