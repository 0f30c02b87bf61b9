"""One Spark for the tests of a worker: a driver in this process, and executors in two of their own."""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CLUSTER = "local-cluster[2,1,1024]"
# A query of a case runs for milliseconds, so what is saved is what is compiled for it: its plan's Java, and Java's own.
BRIEF = {
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}
pytest.register_assert_rewrite("both_engines")


def pytest_ignore_collect() -> bool | None:
    """Leave these tests out where the extra is not installed, but never in CI."""
    there = all(importlib.util.find_spec(name) for name in ("pyspark", "sqlglot"))
    return None if there or os.environ.get("CI") else True


@pytest.fixture(scope="session")
def java() -> None:
    """Skip without Java; under ``CI=true`` fail."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Spark needs Java 17 or later")


@pytest.fixture(scope="session")
def spark(java) -> Iterator[object]:
    """Give a session on a cluster of executors that are processes of their own."""
    from auditor.adapters.sql.spark.session import open_session

    with open_session(CLUSTER, BRIEF) as session:
        yield session
