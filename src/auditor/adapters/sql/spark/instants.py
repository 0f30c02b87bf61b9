"""Finds where a query would spell an instant out: as text, or as a column of its result.

Each engine writes instants in its own way, so a query may compare them, count them and turn them into microseconds, and
nothing else. Types are not known before a query is bound; names are: of the columns that tables declare as instants,
and of whatever a query derives from such a column under another name. A name is one for the whole query, which refuses
a little more than it must.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

SPELLING = (exp.Cast, exp.Concat, exp.ConcatWs, exp.DPipe, exp.GroupConcat, exp.ArrayAgg, exp.Array)
COUNTING = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv, exp.Abs, exp.Neg, exp.Sum)
# What these give is no instant, whatever they are given.
PLAIN = (exp.Predicate, exp.Count, exp.Not, exp.And, exp.Or, exp.LogicalAnd, exp.LogicalOr, exp.RowNumber)


@cache
def declared() -> frozenset[str]:
    """Return the names of the columns that some table declares as an instant."""
    tables = (*TABLES.values(), *STATEMENT_TABLES.values())
    return frozenset(column.name for table in tables for column in table.columns if column.type == "instant")


def instant_said(tree: exp.Expr) -> str:
    """Return the first construct of a parsed query that says an instant; empty when there is none."""
    names = set(declared())
    aliases = list(tree.find_all(exp.Alias))
    while fresh := {one.alias for one in aliases if _gives(one.this, names)} - names:
        names |= fresh
    for node in tree.find_all(*SPELLING, *COUNTING):
        if any(_gives(value, names) for value in _values(node)):
            return f"`{node.sql('duckdb', comments=False)[:60]}`"
    for name in tree.find_all(exp.CTE, exp.Subquery):
        if name.alias_column_names and any(_gives(one, names) for one in name.this.selects):
            return f"`{name.alias}` with other names for its columns"
    return next((f"its column `{one.alias_or_name}`" for one in _results(tree) if _gives(one, names)), "")


def _results(tree: exp.Expr) -> list[exp.Expr]:
    return tree.selects if isinstance(tree, exp.Query) else []


def _gives(node: exp.Expr, names: set[str]) -> bool:
    """Say whether the value of an expression may be an instant."""
    if isinstance(node, exp.Column):
        return node.name.lower() in names
    if isinstance(node, PLAIN) or (isinstance(node, exp.Anonymous) and node.name.lower() == "epoch_us"):
        return False
    return any(_gives(value, names) for value in _values(node))


def _values(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the parts of an expression whose values its own is made of."""
    if isinstance(node, exp.Case):
        yield from (one.args["true"] for one in node.args["ifs"])
        if node.args.get("default") is not None:
            yield node.args["default"]
    elif isinstance(node, (exp.Window, exp.Filter, exp.Order, exp.Alias)):
        yield node.this
    elif isinstance(node, exp.Subquery):
        yield from node.this.selects
    elif isinstance(node, exp.Bracket):
        yield node.this
    else:
        yield from node.iter_expressions()
