"""Turns a guarded query of the DuckDB dialect into Spark SQL that gives the same rows, or says what it cannot.

Rules kept here: only the constructs of ``constructs`` are said to Spark; anything else is refused by its name before a
query runs. sqlglot reads the query; that it read what DuckDB reads is checked on each query by having DuckDB parse what
sqlglot understood. Parameters become literals of their declared types, each text by its bytes where quoting could be
misread. Every name is quoted, and the place of nulls is said in each order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.generators.spark import SparkGenerator

from auditor.adapters.sql.spark.agreement import disagreement
from auditor.adapters.sql.spark.constructs import REWRITES, SAME
from auditor.adapters.sql.spark.instants import instant_said
from auditor.adapters.sql.spark.saying import Unportable, call, cast, text
from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECT = "spark"
LISTED = SAME | REWRITES.keys() | {exp.Select, exp.Unnest, exp.Explode}
REMEDY = (
    "write the query in what both engines have, or put a portable query beside it as NAME.spark.sql; "
    "or evaluate with --sql-engine duckdb"
)


class _Writer(SparkGenerator):
    """Writes what it is given: sqlglot would move each WITH to the top, where its names may mean other queries."""

    EXPRESSIONS_WITHOUT_NESTED_CTES: ClassVar[set[type[exp.Expr]]] = set()


@dataclass(frozen=True, slots=True)
class Translation:
    """A query for Spark whose parameters still stand in it."""

    tree: exp.Expr
    kinds: Mapping[str, str]

    @property
    def tables(self) -> frozenset[str]:
        """Return every name that the query reads from: of tables, and of the queries of its WITH."""
        return frozenset(table.name for table in self.tree.find_all(exp.Table))

    def bound(self, values: Mapping[str, Any]) -> str:
        """Return the SQL with ``values`` in place of the parameters."""

        def given(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Placeholder):
                return literal(values[node.name], self.kinds[node.name])
            return node

        return _Writer(dialect=DIALECT, identify=True, comments=False).generate(
            self.tree.copy().transform(given, copy=False)
        )


def kind_of(value: Any) -> str | None:
    """Return the type of Spark that a parameter is of; None when the value does not say."""
    if isinstance(value, list):
        return f"ARRAY<{kind_of(value[0])}>" if value else None
    return {bool: "BOOLEAN", int: "BIGINT", str: "STRING"}.get(type(value))


def literal(value: Any, kind: str) -> exp.Expr:
    """Return an exact value as an expression of ``kind``."""
    if value is None:
        return cast(exp.Null(), kind)
    if isinstance(value, list):
        member = kind.removeprefix("ARRAY<").removesuffix(">")
        return cast(call("array", *(literal(one, member) for one in value)), kind)
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return cast(exp.Literal.number(value), "BIGINT")
    return text(value)


def translate(file: str, sql: str, kinds: Mapping[str, str]) -> Translation:
    """Return a guarded query for Spark.

    ``kinds``: parameter -> BIGINT, STRING, BOOLEAN, or ARRAY<...> of the first two; those that the query uses.

    Raises:
        ControlError: the query has a construct that Spark is not trusted with; the message names it.
    """
    try:
        known = {name: kinds[name] for name in _read(file, sql)[1]}
        return _translate(file, sql, tuple(known.items()))
    except Unportable as reason:
        raise ControlError(f"{file}: Spark is not trusted with {reason}", remedy=REMEDY) from reason
    except SqlglotError as error:
        raise ControlError(f"{file}: sqlglot cannot read the query: {error}", remedy=REMEDY) from error


@lru_cache(maxsize=1024)
def _read(file: str, sql: str) -> tuple[exp.Expr, tuple[str, ...]]:
    """Return the tree of a query in which everything is on the list, and the names of its parameters, sorted."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    unlisted = next((node for node in tree.walk() if type(node) not in LISTED), None)
    if unlisted is not None:
        raise Unportable(f"{type(unlisted).__name__} (`{unlisted.sql('duckdb', comments=False)[:60]}`)")
    if difference := disagreement(file, sql, tree):
        raise Unportable(f"{difference}, which sqlglot reads otherwise than DuckDB")
    if said := instant_said(tree):
        raise Unportable(f"{said}: each engine spells instants in its own way")
    return tree, tuple(sorted({node.name for node in tree.find_all(exp.Placeholder)}))


@lru_cache(maxsize=1024)
def _translate(file: str, sql: str, kinds: tuple[tuple[str, str], ...]) -> Translation:
    known = dict(kinds)
    said = _rewritten(_read(file, sql)[0].copy(), known)
    for select in list(said.find_all(exp.Select)):
        _rows_of_lists(select)
    return Translation(said, known)


def _rewritten(node: exp.Expr, kinds: Mapping[str, str]) -> exp.Expr:
    """Return the tree with each construct as Spark has it, inner ones first; what is put in place is kept."""
    for child in list(node.iter_expressions()):
        changed = _rewritten(child, kinds)
        if changed is not child:
            child.replace(changed)
    rewrite = REWRITES.get(type(node))
    if rewrite is None:
        return node
    return rewrite(node, kinds) if type(node) is exp.Length else rewrite(node)


def _rows_of_lists(select: exp.Select) -> None:
    """Turn ``unnest``, in FROM and among the columns, into Spark's ``explode``; no member, no row in both."""
    source = select.args.get("from_")
    for holder in [*([source] if source else []), *(select.args.get("joins") or [])]:
        if isinstance(holder.this, exp.Unnest):
            holder.set("this", _exploded(holder.this))
    nested = [
        found
        for column in select.expressions
        for found in column.find_all(exp.Explode)
        if found.parent_select is select
    ]
    if not nested:
        return
    if len(nested) > 1 or select.args.get("group") or select.args.get("distinct") or select.find(exp.Window):
        raise Unportable("unnest() among the columns of such a query")
    (explode,) = nested
    table, column = exp.to_identifier("unnested"), exp.to_identifier("member")
    members = call("explode", explode.this)
    explode.replace(exp.column("member", table="unnested"))
    if source is None:
        rows = exp.Subquery(this=exp.select(exp.alias_(members, column)), alias=exp.TableAlias(this=table))
        select.set("from_", exp.From(this=rows))
    else:
        names = exp.TableAlias(this=table, columns=[column])
        select.append("laterals", exp.Lateral(this=members, view=True, alias=names))


def _exploded(unnest: exp.Unnest) -> exp.Expr:
    alias = unnest.args.get("alias")
    if unnest.args.get("offset") or len(unnest.expressions) != 1 or alias is None or len(alias.columns) != 1:
        raise Unportable("unnest() without one named column")
    (members,) = unnest.expressions
    if next(members.find_all(exp.Column), None) is not None:
        raise Unportable("unnest() of a column in FROM")
    column = exp.alias_(call("explode", members), alias.columns[0])
    return exp.Subquery(this=exp.select(column), alias=exp.TableAlias(this=alias.this))
