"""Which engine runs the queries of a run, and opening it.

Rules kept here: a query that Spark is not trusted with is told by its control's name before Spark is started; what
Spark reads is what is sealed: where that is not the very file that was checked here, the cluster says its digest first;
nothing is copied to where a cluster can read it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.adapters.policies.pack import tables_read
from auditor.errors import ControlError, EngineError, SnapshotError, UsageError, raise_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from auditor.adapters.policies.pack import Control, Pack
    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.snapshot.reader import Snapshot
    from auditor.adapters.sql.interface import OpenQueries, Statements
    from auditor.adapters.sql.spark.engine import SparkEngine

DUCKDB, SPARK = "duckdb", "spark"
QUERY_ENGINES = (DUCKDB, SPARK)
DEFAULT_URL = "local[2]"
MEMBERS = {"integer": "BIGINT", "string": "STRING", "boolean": "BOOLEAN"}
HERE = ("local[", "local-cluster[")


@dataclass(frozen=True, slots=True)
class QueryChoice:
    """DuckDB in this process, or Spark at ``spark_url``, which finds the snapshot at ``spark_snapshot``.

    Without ``spark_snapshot`` that is where it lies here.
    """

    name: str = DUCKDB
    spark_url: str = DEFAULT_URL
    spark_snapshot: str | None = None

    def __post_init__(self) -> None:
        if self.name not in QUERY_ENGINES:
            raise UsageError(f"SQL engine {self.name!r} is unknown, expected one of {', '.join(QUERY_ENGINES)}")
        if self.spark_snapshot is not None and not urlsplit(self.spark_snapshot).scheme:
            raise UsageError(
                f"--spark-snapshot {self.spark_snapshot!r} is no URL",
                remedy="give where the cluster reads the snapshot, such as s3a://bucket/snapshot or file:///mnt/snapshot",
            )


DEFAULT_QUERIES = QueryChoice()


@dataclass(frozen=True, slots=True)
class OpenedQueries:
    """What ``decide`` opens for its queries (None: DuckDB), and the name and version that a bundle records."""

    open: OpenQueries | None
    versions: Mapping[str, str]

    @property
    def recorded(self) -> str | None:
        """Return ``spark <version>``, or None for DuckDB."""
        return f"{SPARK} {self.versions[SPARK]}" if self.versions else None


def check_queries(choice: QueryChoice, pack: Pack, profile: Profile) -> None:
    """Refuse, by the names of its controls, a profile that the chosen engine is not trusted to run.

    Raises:
        ControlError: it lists every control whose query Spark is not trusted with, and why.
        UsageError: the address of Spark is none.
        EngineError: the extra is not installed.
    """
    if choice.name == DUCKDB:
        return
    try:
        from auditor.adapters.sql.spark.session import check_address  # noqa: PLC0415 - an extra
        from auditor.adapters.sql.spark.translation import REMEDY, translate  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise EngineError(f"--sql-engine spark needs {error.name}", remedy="pip install 'auditor[spark]'") from error
    check_address(choice.spark_url)
    controls = {one.control.id: one.control for bound in profile.bound.values() for one in bound}
    kinds = parameter_kinds(pack)
    problems: list[str] = []
    for name, control in sorted(controls.items()):
        queries = [(table.sql_path, table.sql) for table in tables_read(pack, [control.sql])]
        for path, sql in (*queries, control.query_for(SPARK)):
            try:
                translate(path, sql, kinds | _declared(control))
            except ControlError as error:
                problems.append(f"control {name}: {error.message}")
    raise_all(
        ControlError,
        f"profile {profile.document.id} cannot be decided with --sql-engine spark",
        problems,
        remedy=REMEDY,
    )


def parameter_kinds(pack: Pack) -> dict[str, str]:
    """Return the type in Spark of every parameter that a query of ``pack`` may use, by its declaration.

    Where controls declare a name otherwise than each other, the value of a parameter tells.
    """
    kinds = dict.fromkeys(
        ("as_of_us", "window_start_us", "window_end_us", "horizon_start_us", "horizon_end_us"), "BIGINT"
    )
    for control in pack.controls.values():
        for name, kind in _declared(control).items():
            kinds |= {name: kind, f"all_{name}": kind if kind.startswith("ARRAY") else f"ARRAY<{kind}>"}
    return kinds


def _declared(control: Control) -> dict[str, str]:
    return {
        name: f"ARRAY<{MEMBERS[one.items or 'string']}>" if one.type == "array" else MEMBERS[one.type]
        for name, one in control.metadata.parameters.items()
    }


@contextmanager
def open_queries(choice: QueryChoice, pack: Pack, snapshot: Snapshot) -> Iterator[OpenedQueries]:
    """Give what opens the chosen engine over ``snapshot``; a Spark that was started for it is stopped afterwards.

    Raises:
        EngineError: PySpark or Java is missing, nothing answers there, or the cluster cannot read the snapshot.
        SnapshotError: what the cluster reads is not what the manifest says.
    """
    if choice.name == DUCKDB:
        yield OpenedQueries(None, {})
        return
    from importlib.metadata import version  # noqa: PLC0415 - only what is used

    from auditor.adapters.sql.spark.session import open_session  # noqa: PLC0415 - an extra

    with open_session(choice.spark_url) as session:
        yield OpenedQueries(
            spark_queries(session, choice, pack, snapshot), {SPARK: session.version, "sqlglot": version("sqlglot")}
        )


def spark_queries(session: Any, choice: QueryChoice, pack: Pack, snapshot: Snapshot) -> OpenQueries:
    """Return what opens Spark over ``snapshot`` in a session, once it is sure that Spark reads that snapshot."""
    from auditor.adapters.sql.spark.engine import SparkEngine  # noqa: PLC0415 - an extra
    from auditor.adapters.sql.spark.files import digests_seen, place_of  # noqa: PLC0415 - an extra

    base, kinds = choice.spark_snapshot, parameter_kinds(pack)

    def place(path: Path) -> str:
        return place_of(path) if base is None else f"{base.rstrip('/')}/{path.name}"

    if base is not None or not choice.spark_url.startswith(HERE):
        places = {name: place(path) for name, path in snapshot.tables.items()}
        seen = digests_seen(session, places)
        problems = [
            f"{places[name]}: SHA-256 {seen.get(name)}, the manifest says {digest}"
            for name, digest in snapshot.digests.items()
            if seen.get(name) != digest
        ]
        raise_all(
            SnapshotError,
            f"{choice.spark_url} reads another snapshot than {snapshot.root}",
            problems,
            remedy="put the files of this snapshot, unchanged, where the cluster reads them",
        )

    def opened(tables: Mapping[str, Path], statements: Statements) -> SparkEngine:
        return SparkEngine(session, {name: place(path) for name, path in tables.items()}, statements, kinds=kinds)

    return opened
