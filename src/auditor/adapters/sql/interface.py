"""What runs the queries of a run: DuckDB in this process, or Spark. Either gives the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path


class QueryEngine(Protocol):
    """Guarded queries over the tables of one snapshot; ``name`` says which variant of a query it is to be given."""

    name: str

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any]) -> None:
        """Run ``sql`` and keep its rows as table ``name``. Raises ``ControlError`` and ``EngineError``."""
        ...

    def query(self, file: str, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run ``sql`` and return its rows as exact JSON objects. Raises ``ControlError`` and ``EngineError``."""
        ...


if TYPE_CHECKING:
    Statements = Mapping[str, Sequence[dict[str, Any]]]
    OpenQueries = Callable[[Mapping[str, Path], Statements], AbstractContextManager[QueryEngine]]
