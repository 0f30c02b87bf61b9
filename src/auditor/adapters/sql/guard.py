"""Refuses every query that is not one plain SELECT over declared tables, before it runs.

A locked DuckDB alone is not enough: measured on 2.0.1, it still runs ``create or replace temp view`` over a snapshot
table, ``attach ':memory:'``, ``now()`` and ``random()``. So each query is parsed by DuckDB itself
(``json_serialize_sql``, https://duckdb.org/docs/stable/data/json/sql_to_and_from_json) and walked.

Rules kept here: everything is on a closed list (kinds of node, functions, types, tables), and what the walk does not
know is refused; a query reads no clock, no randomness, no setting and no file, computes in no float, and has no order
left to chance. The same guard stands before evaluation and before replay.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from auditor.adapters.sql import vocabulary
from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import duckdb

MAX_BYTES = 100_000
MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """What an allowed query uses: the names of its parameters (``$x``) and of the tables that it reads."""

    parameters: frozenset[str]
    tables: frozenset[str]


def check_select(name: str, sql: str, tables: Collection[str]) -> CheckedQuery:
    """Return what ``sql`` uses, once it is known to be allowed.

    Args:
        name: the file the query comes from, for messages.
        sql: the text of the query.
        tables: names of the tables that it may read.

    Raises:
        ControlError: it is not exactly one SELECT of allowed parts; the message says what was found.
    """
    return _check(name, sql, frozenset(tables))


@lru_cache(maxsize=4096)
def _check(name: str, sql: str, tables: frozenset[str]) -> CheckedQuery:
    node = _parse(name, sql)
    walk = _Walk(name, tables | frozenset(_cte_names(node)))
    walk.node(node, 0)
    return CheckedQuery(frozenset(walk.parameters), tables & walk.read)


def _refuse(
    name: str, found: str, allowed: str = "one SELECT over the snapshot's tables, without side effects"
) -> ControlError:
    return ControlError(f"{name}: {found}", remedy=f"a query may be only: {allowed}")


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415 - heavy

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    connection.execute("set enable_external_access=false")
    connection.execute("set lock_configuration=true")
    return connection


def _parse(name: str, sql: str) -> dict[str, Any]:
    """Return DuckDB's own syntax tree of the one statement in ``sql``."""
    if len(sql.encode()) > MAX_BYTES:
        raise _refuse(name, f"the query has {len(sql.encode())} bytes, at most {MAX_BYTES} are read")
    import duckdb  # noqa: PLC0415 - heavy

    try:
        kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
    except duckdb.Error as error:
        raise ControlError(f"{name}: DuckDB cannot parse the query: {error}", remedy="correct the SQL") from error
    if kinds != ["SELECT"]:
        raise _refuse(name, f"the query holds {len(kinds)} statements: {', '.join(kinds) or 'none'}")
    answer = _parser().cursor().execute("select json_serialize_sql($1)", [sql]).fetchone()
    document: dict[str, Any] = json.loads(answer[0]) if answer else {"error": True}
    if document.get("error"):
        raise _refuse(name, f"DuckDB cannot describe the query: {document.get('error_message')}")
    (statement,) = document["statements"]
    node: dict[str, Any] = statement["node"]
    return node


def _cte_names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "cte_map" in value:
            yield from (entry["key"] for entry in value["cte_map"]["map"])
        for member in value.values():
            yield from _cte_names(member)
    elif isinstance(value, list):
        for member in value:
            yield from _cte_names(member)


class _Walk:
    """One walk over a syntax tree; collects parameters, raises at the first thing that is not allowed."""

    def __init__(self, name: str, tables: frozenset[str]) -> None:
        self._name = name
        self._tables = tables
        self.parameters: set[str] = set()
        self.read: set[str] = set()

    def node(self, value: Any, depth: int) -> None:
        """Check ``value`` and everything below it."""
        if depth > MAX_DEPTH:
            raise _refuse(self._name, f"the query nests deeper than {MAX_DEPTH} levels")
        if isinstance(value, list):
            for member in value:
                self.node(member, depth + 1)
        elif isinstance(value, dict):
            self._check(value)
            for member in value.values():
                self.node(member, depth + 1)

    def _check(self, node: dict[str, Any]) -> None:
        for member, what in vocabulary.MUST_BE_EMPTY.items():
            if node.get(member):
                raise _refuse(self._name, f"{what} are not allowed")
        kind = node.get("type")
        if not isinstance(kind, str):
            self._wrapper(node)
            return
        label = f"{node['class']}:{kind}" if "class" in node else kind
        if label not in vocabulary.KINDS:
            raise _refuse(self._name, f"{label} is not allowed")
        check = getattr(self, f"_check_{kind.lower()}", None)
        if check is not None:
            check(node)
        if node.get("class") in {"FUNCTION", "WINDOW"}:
            self._function(node)

    def _wrapper(self, node: dict[str, Any]) -> None:
        if not node.keys() <= vocabulary.WRAPPER_MEMBERS:
            raise _refuse(self._name, f"an unknown part of a query: {sorted(node.keys() - vocabulary.WRAPPER_MEMBERS)}")
        if "kind" in node and node["kind"] not in vocabulary.LITERALS:
            raise _refuse(self._name, f"a literal of kind {node['kind']} is not allowed ({node.get('text')})")
        if node.get("kind") == "NUMERIC" and not re.fullmatch(r"[0-9]*\.[0-9]+", str(node["text"])):
            raise _refuse(self._name, f"{node['text']} is a float, not a decimal")

    def _check_base_table(self, node: dict[str, Any]) -> None:
        path = node["qualified_name"]["path"]
        if len(path) != 1 or path[0] not in self._tables:
            raise _refuse(self._name, f"reads {'.'.join(path)!r}", f"over the tables {', '.join(sorted(self._tables))}")
        self.read.add(path[0])

    def _check_join(self, node: dict[str, Any]) -> None:
        kind = (node["ref_type"], node["join_type"])
        if kind not in vocabulary.JOINS:
            raise _refuse(self._name, f"a {' '.join(kind).lower()} join is not allowed")

    def _check_table_function(self, node: dict[str, Any]) -> None:
        function = node["function"].get("function_name")
        if function not in vocabulary.TABLE_FUNCTIONS:
            allowed = ", ".join(sorted(vocabulary.TABLE_FUNCTIONS))
            raise _refuse(self._name, f"table function {function!r}", f"table functions {allowed}")

    def _check_column_ref(self, node: dict[str, Any]) -> None:
        names = node["column_names"]
        if len(names) == 1 and names[0].lower() in vocabulary.VALUE_FUNCTIONS:
            raise _refuse(self._name, f"{names[0]} is a clock, user or setting, not a column")

    def _check_value_parameter(self, node: dict[str, Any]) -> None:
        identifier = node["identifier"]
        if not identifier or not identifier[0].isalpha():
            raise _refuse(
                self._name, f"positional parameter ${identifier}", "named parameters such as $window_start_us"
            )
        self.parameters.add(identifier)

    def _check_type(self, node: dict[str, Any]) -> None:
        name = str(node["type_name"]).lower()
        if name not in vocabulary.TYPES:
            raise _refuse(self._name, f"type {name!r}", f"exact types: {', '.join(sorted(vocabulary.TYPES))}")

    def _check_select_node(self, node: dict[str, Any]) -> None:
        kinds = {modifier["type"] for modifier in node["modifiers"]}
        if "LIMIT_MODIFIER" in kinds and "ORDER_MODIFIER" not in kinds:
            raise _refuse(self._name, "LIMIT without ORDER BY leaves the rows to chance")

    def _function(self, node: dict[str, Any]) -> None:
        name = node["function_name"]
        if len(node["qualified_name"]["path"]) != 1 or name not in vocabulary.FUNCTIONS:
            raise _refuse(
                self._name, f"function {name!r} is not on the list", "functions of auditor.adapters.sql.vocabulary"
            )
        ordered = node["order_bys"]["orders"] if node["class"] == "FUNCTION" else node["orders"] or node["arg_orders"]
        if name in vocabulary.NEED_ORDER and not ordered:
            raise _refuse(self._name, f"{name}() without ORDER BY leaves its result to chance")
