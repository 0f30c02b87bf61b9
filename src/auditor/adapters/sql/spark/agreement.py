"""Says whether sqlglot has read a query as DuckDB reads it: what it understood is written back and parsed by DuckDB.

A reader of SQL that binds an operator otherwise, or resolves a clause elsewhere, would give Spark another query. So the
two syntax trees that DuckDB makes, of the query and of what sqlglot wrote, must be the same, apart from the names that
sqlglot gives to the same functions and types.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.generators.duckdb import DuckDBGenerator

from auditor.adapters.sql.guard import syntax_tree

PLACES = frozenset({"query_location", "query_location_length"})
FUNCTIONS = {
    "array_contains": "list_contains",
    "listagg": "string_agg",
    "group_concat": "string_agg",
    "array_agg": "list",
    "length": "len",
    "logical_or": "bool_or",
    "logical_and": "bool_and",
}
TYPES = {
    "text": "varchar",
    "int128": "hugeint",
    "int": "integer",
    "int32": "integer",
    "int64": "bigint",
    "bool": "boolean",
}


class _Writer(DuckDBGenerator):
    """Writes what was read: sqlglot would cast the argument of two aggregates, which is boolean already."""

    TRANSFORMS: ClassVar = {
        **DuckDBGenerator.TRANSFORMS,
        exp.LogicalAnd: lambda self, node: self.func("BOOL_AND", node.this),
        exp.LogicalOr: lambda self, node: self.func("BOOL_OR", node.this),
    }


def disagreement(file: str, sql: str, tree: exp.Expr) -> str:
    """Return the first thing that DuckDB reads otherwise in ``tree`` than in ``sql``; empty when there is none."""
    written = _Writer(dialect="duckdb", comments=False).generate(tree)
    return _difference(_plain(syntax_tree(file, sql)), _plain(syntax_tree(file, written)))


def _plain(node: Any) -> Any:
    """Return a syntax tree without places, each construct in one of its spellings."""
    if isinstance(node, list):
        return [_plain(member) for member in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _plain(member) for name, member in node.items() if name not in PLACES}
    if isinstance(kept.get("function_name"), str):
        said = FUNCTIONS.get(kept["function_name"].lower(), kept["function_name"])
        kept |= {"function_name": said, "qualified_name": None}
        if said == "list_value":
            kept |= {"is_operator": None}
    if kept.get("type") == "TYPE" and isinstance(kept.get("type_name"), str):
        said = kept["type_name"].lower()
        kept |= {"type_name": TYPES.get(said, said), "qualified_name": None}
    if kept.get("null_order") == "NULLS LAST":
        kept |= {"null_order": "ORDER_DEFAULT"}
    if kept.get("type") == "OPERATOR_NOT":
        (negated,) = kept["children"]
        if negated.get("type") == "OPERATOR_IS_NULL":
            return negated | {"type": "OPERATOR_IS_NOT_NULL", "alias": kept["alias"]}
    return kept


def _difference(one: Any, other: Any) -> str:
    if one == other:
        return ""
    if isinstance(one, dict) and isinstance(other, dict):
        named = (_difference(one.get(name), other.get(name)) for name in sorted(one.keys() | other.keys()))
        return next(filter(None, named))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return next(filter(None, (_difference(*pair) for pair in zip(one, other, strict=True))))
    return f"{_said(one)} (read as {_said(other)})"


def _said(node: Any) -> str:
    if isinstance(node, dict):
        return str(node.get("function_name") or node.get("type") or sorted(node))
    return f"{len(node)} parts" if isinstance(node, list) else repr(node)
