"""The published JSON Schemas (2020-12) of the documents that auditor writes; ``tools/make_schemas.py`` makes them."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
SUFFIX = ".schema.json"


def names() -> tuple[str, ...]:
    """Return the documents that have a schema, sorted."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in HERE.glob(f"*{SUFFIX}")))


def schema_text(name: str) -> str:
    """Return the schema of documents ``name``. Raises ``FileNotFoundError`` for an unknown one."""
    return (HERE / f"{name}{SUFFIX}").read_text(encoding="utf-8")
