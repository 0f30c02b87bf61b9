"""How Spark calls a file, and the digests of the files that it will read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.sql.spark.session import failures, first_line
from auditor.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


PATTERN = frozenset("*?[]{}\\")


def place_of(path: Path) -> str:
    """Return what Spark calls a file of this machine: a URL whose characters are not encoded.

    Raises:
        EngineError: Spark would take the path for a pattern.
    """
    said = path.resolve().as_posix()
    if PATTERN & set(said):
        raise EngineError(f"{path}: Spark reads {' '.join(sorted(PATTERN))} in a path as a pattern", remedy="rename it")
    return f"file://{said}"


def digests_seen(session: Any, places: Mapping[str, str]) -> dict[str, str]:
    """Return name -> SHA-256 (hex) of each file at ``places`` (name -> URL), as the executors read it.

    A file is held in an executor's memory while it is digested; Spark refuses one of 2 GB or more.

    Raises:
        EngineError: the cluster cannot read them, or they are too large for its executors.
    """
    try:
        files = session.read.format("binaryFile").load(list(places.values()))
        rows = files.selectExpr("path", "sha2(content, 256) as digest").collect()
    except failures() as error:
        raise EngineError(
            f"the cluster cannot read the snapshot: {first_line(error)}",
            remedy="put it where every executor reads it, a shared folder or object store, and give --spark-snapshot",
        ) from error
    found = {_file(row["path"]): row["digest"] for row in rows}
    return {name: found[_file(place)] for name, place in places.items() if _file(place) in found}


def _file(place: str) -> str:
    return place.rsplit("/", 1)[-1]
