"""The closed list of what Spark runs, and how each construct whose meaning differs from DuckDB's is said to it.

Rules kept here: a construct that is not named here is refused, and each one that is named is run on both engines by
``tests/adapters/sql/spark/test_constructs.py``, on nulls, empty lists, negative numbers and both ends of the integers.
What means the same in both is in ``SAME``; the others have a function each, which says what differs. Where the two
agree on some values only, the others are an error of Spark when they come up, never another result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from auditor.adapters.sql.spark.saying import Unportable, call, cast, stop, text, when
from auditor.adapters.sql.spark.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SAME = frozenset(
    {
        exp.Abs, exp.Add, exp.Alias, exp.And, exp.Between, exp.Boolean, exp.Case, exp.Coalesce, exp.Column,
        exp.Count, exp.CTE, exp.DataType, exp.Distinct, exp.EQ, exp.Filter, exp.From, exp.GT, exp.GTE, exp.Group,
        exp.Having, exp.Identifier, exp.If, exp.Is, exp.LT, exp.LTE, exp.Lag, exp.Lead, exp.LogicalAnd,
        exp.LogicalOr, exp.Max, exp.Min, exp.Mod, exp.Mul, exp.NEQ, exp.Neg, exp.Not, exp.Null, exp.NullSafeEQ,
        exp.NullSafeNEQ, exp.Nullif, exp.Or, exp.Order, exp.Paren, exp.Placeholder, exp.RowNumber, exp.Star, exp.Sub,
        exp.Subquery, exp.Sum, exp.Table, exp.TableAlias, exp.Union, exp.Values, exp.Where, exp.With,
        exp.Window,
    }
)  # fmt: skip

HUGE = "DECIMAL(38, 0)"
# The types that a cast may name. A hugeint is a decimal without places, of up to 38 digits.
# Text that Spark casts to a number is one to DuckDB too, and the same; other text is an error of Spark.
TYPES = {
    exp.DType.BIGINT: "BIGINT",
    exp.DType.INT: "INT",
    exp.DType.BOOLEAN: "BOOLEAN",
    exp.DType.VARCHAR: "STRING",
    exp.DType.TEXT: "STRING",
    exp.DType.INT128: HUGE,
}
LONGEST = 9_223_372_036_854_775_807


def _literal(node: exp.Literal) -> exp.Expr:
    if not node.is_string and not node.name.isdigit():
        raise Unportable(f"the decimal {node.name}: Spark and DuckDB give products and casts of decimals other scales")
    return text(node.name) if node.is_string else node


def _array(node: exp.Array) -> exp.Expr:
    return call("array", *node.expressions)


def _array_agg(node: exp.ArrayAgg) -> exp.Expr:
    """``list(x order by k)`` keeps nulls and the order, and is null of no row; ``collect_list`` does none of it."""
    ordered = node.this
    if not isinstance(ordered, exp.Order):
        raise Unportable("list() without ORDER BY")
    keys = ordered.expressions
    if any(key.args.get("desc") for key in keys):
        raise Unportable("list(... ORDER BY ... DESC)")
    members: list[exp.Expr] = []
    for number, key in enumerate(keys):  # a null comes last, as text and as number
        members += [exp.alias_(exp.Is(this=key.this.copy(), expression=exp.Null()), f"n{number}")]
        members += [exp.alias_(key.this.copy(), f"k{number}")]
    pairs: exp.Expr = call("collect_list", call("struct", *members, exp.alias_(ordered.this, "v")))
    every: exp.Expr = exp.Count(this=exp.Star())
    field = exp.Lambda(this=exp.column("v", table="s"), expressions=[exp.to_identifier("s")])
    found = call("transform", call("array_sort", pairs), field)
    return when(exp.GT(this=every, expression=exp.Literal.number(0)), found, exp.Null())


def _filter(node: exp.Filter) -> exp.Expr:
    """A filter of ``list()`` belongs to both aggregates that it has become."""
    if not isinstance(node.this, exp.Case):
        return node
    for inner in list(node.this.find_all(exp.Count, exp.Anonymous)):
        if isinstance(inner, exp.Count) or inner.name == "collect_list":
            inner.replace(exp.Filter(this=inner.copy(), expression=node.expression.copy()))
    return node.this


def _bracket(node: exp.Bracket) -> exp.Expr:
    """``$list[n]`` counts from one and is null outside, and so is ``try_element_at``, except that n = 0 is an error.

    sqlglot counts a number of the query from zero and leaves a column as it is; what it does with anything else rests
    on the types that it knows.
    """
    if not isinstance(node.this, exp.Placeholder) or len(node.expressions) != 1:
        raise Unportable("[ ] of anything but a parameter that is a list")
    (position,) = node.expressions
    if position.is_int:
        position = exp.Literal.number(int(position.name) + 1)
    elif not isinstance(position, exp.Column):
        raise Unportable("[ ] with anything but a number or a column")
    return call("try_element_at", node.this, cast(position, "INT"))


def _array_contains(node: exp.ArrayContains) -> exp.Expr:
    """Whether a null is in an empty list is false in DuckDB; in a list of members it is null in both."""
    empty = exp.EQ(this=call("array_size", node.this.copy()), expression=exp.Literal.number(0))
    return when(empty, exp.Boolean(this=False), call("array_contains", node.this, node.expression))


def _in(node: exp.In) -> exp.Expr:
    """Of a null, IN a query is null in DuckDB and false in Spark, which is one where only what is true counts."""
    if node.args.get("query") is None:
        return node
    inner: exp.Expr = node
    while isinstance(inner.parent, (exp.And, exp.Or, exp.Paren)):
        inner = inner.parent
    case = inner.parent.parent if isinstance(inner.parent, exp.If) and inner.arg_key == "this" else None
    searched = isinstance(case, exp.Case) and case.args.get("this") is None
    if not (isinstance(inner.parent, exp.Where) or searched):
        raise Unportable("IN a query where it matters whether it is null or false")
    return node


def _other_function(node: exp.Anonymous) -> exp.Expr:
    if node.name.lower() != "epoch_us":
        raise Unportable(f"the function {node.name.lower()}()")
    return call("unix_micros", *node.expressions)


def _generate_series(node: exp.GenerateSeries) -> exp.Expr:
    """``generate_series(a, b)`` is empty when b < a; ``sequence`` would count down."""
    if node.args.get("step") is not None or node.args.get("is_end_exclusive"):
        raise Unportable("range() and generate_series() with a step")
    start, end = cast(node.args["start"], "BIGINT"), cast(node.args["end"], "BIGINT")
    none = cast(call("array"), "ARRAY<BIGINT>")
    return when(exp.LTE(this=start, expression=end), call("sequence", start.copy(), end.copy()), none)


def _greatest(node: exp.Greatest | exp.Least) -> exp.Expr:
    return call(node.key, node.this, *node.expressions) if node.expressions else node.this


def _integer_division(node: exp.IntDiv) -> exp.Expr:
    """``//`` cuts towards zero in both. Of a hugeint, Spark's ``div`` overflows silently, so it is bounded."""
    left, right = node.this, node.expression
    if not any(kind.this == exp.DType.DECIMAL for one in (left, right) for kind in one.find_all(exp.DataType)):
        return exp.Paren(this=exp.IntDiv(this=cast(left, "BIGINT"), expression=cast(right, "BIGINT")))
    left, right = cast(left, HUGE), cast(right, HUGE)
    most = exp.Mul(this=call("abs", right), expression=exp.Literal.number(LONGEST))
    beyond = exp.GT(this=call("abs", left), expression=most)
    quotient = exp.IntDiv(this=left.copy(), expression=right.copy())
    return when(beyond, stop("a quotient of // is more than 64 bits wide"), quotient)


def _ordered(node: exp.Ordered) -> exp.Expr:
    """A null comes last in DuckDB, up and down, unless the query says NULLS FIRST; Spark has it first when up."""
    first = bool(node.args.get("nulls_first"))
    return exp.Ordered(this=node.this, desc=node.args.get("desc") or False, nulls_first=first)


def _cast(node: exp.Cast) -> exp.Expr:
    kind = node.to.this
    if kind not in TYPES or node.to.expressions:
        raise Unportable(f"a cast to {node.to.sql('duckdb').lower()}")
    return cast(node.this, TYPES[kind])


def _tuple(node: exp.Tuple) -> exp.Expr:
    if not isinstance(node.parent, exp.Values):
        raise Unportable("rows compared as a whole, whose nulls each engine compares in its own way")
    return node


def _window_spec(node: exp.WindowSpec) -> exp.Expr:
    if str(node.args.get("kind")).upper() != "ROWS":
        raise Unportable("a frame of a window that is not in ROWS")
    return node


def _join(node: exp.Join) -> exp.Expr:
    said = " ".join(filter(None, (node.method, node.side, node.kind))).upper()
    if said not in {"", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "ANTI", "SEMI"}:
        raise Unportable(f"a {said} join")
    if said in {"ANTI", "SEMI"}:
        node.set("side", "LEFT")
    return node


REWRITES: Mapping[type[exp.Expr], Callable[..., exp.Expr]] = TEXTS | {
    exp.Anonymous: _other_function,
    exp.Array: _array,
    exp.ArrayAgg: _array_agg,
    exp.ArrayContains: _array_contains,
    exp.Bracket: _bracket,
    exp.Cast: _cast,
    exp.Filter: _filter,
    exp.GenerateSeries: _generate_series,
    exp.Greatest: _greatest,
    exp.In: _in,
    exp.IntDiv: _integer_division,
    exp.Join: _join,
    exp.Least: _greatest,
    exp.Literal: _literal,
    exp.Ordered: _ordered,
    exp.Tuple: _tuple,
    exp.WindowSpec: _window_spec,
}
