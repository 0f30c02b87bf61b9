"""The constructs that make and look into text, as Spark has them: a part of the closed list of ``constructs``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from auditor.adapters.sql.spark.saying import Unportable, call, cast, stop, when

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _concat(node: exp.Concat) -> exp.Expr:
    """``concat`` of DuckDB leaves nulls out; that of Spark is null with one."""
    empty = exp.Literal.string("")
    parts = [
        part if isinstance(part, exp.Literal) else exp.Coalesce(this=cast(part, "STRING"), expressions=[empty.copy()])
        for part in node.expressions
    ]
    return call("concat", *parts)


def _concat_ws(node: exp.ConcatWs) -> exp.Expr:
    separator, *parts = node.expressions
    return call("concat_ws", separator, *(cast(part, "STRING") for part in parts))


def _pipe(node: exp.DPipe) -> exp.Expr:
    return exp.Paren(this=exp.DPipe(this=cast(node.this, "STRING"), expression=cast(node.expression, "STRING")))


def _contains(node: exp.Contains) -> exp.Expr:
    return call("contains", node.this, node.expression)


def _starts_with(node: exp.StartsWith) -> exp.Expr:
    return call("startswith", node.this, node.expression)


def _like(node: exp.Like) -> exp.Expr:
    if not (isinstance(node.expression, exp.Literal) and node.expression.is_string):
        raise Unportable("LIKE with a pattern that is no text of the query")
    if "\\" in node.expression.name:
        raise Unportable("LIKE with a backslash, which Spark reads as an escape")
    return node


def _lower(node: exp.Lower) -> exp.Expr:
    """The two know other rules for letters beyond ASCII (a final sigma, a dotted I), so there it is an error."""
    plain = exp.Not(this=call("rlike", node.this.copy(), exp.Literal.string("[^\x01-\x7f]")))
    unknown = exp.Is(this=node.this.copy(), expression=exp.Null())
    return when(
        exp.Or(this=unknown, expression=plain), call("lower", node.this), stop("lower() of letters beyond ASCII")
    )


def _length(node: exp.Length, kinds: Mapping[str, str]) -> exp.Expr:
    """``len`` of a list; ``length`` of a text counts code points in both."""
    of_list = isinstance(node.this, exp.Placeholder) and kinds[node.this.name].startswith("ARRAY")
    return cast(call("array_size" if of_list else "char_length", node.this), "BIGINT")


def _split_part(node: exp.SplitPart) -> exp.Expr:
    delimiter, index = node.args["delimiter"], node.args["part_index"]
    if not (isinstance(delimiter, exp.Literal) and delimiter.name and index.is_int and int(index.name) > 0):
        raise Unportable("split_part() by anything but a text and a number of one or more")
    return call("split_part", node.this, delimiter, index)


def _substring(node: exp.Substring) -> exp.Expr:
    """``substring`` counts from one; what comes before that is nothing to DuckDB and the first letter to Spark."""
    start, length = node.args["start"], node.args.get("length")
    if length is not None and not (length.is_int and int(length.name) >= 0):
        raise Unportable("substring() of a length that is no number of the query")
    if not start.is_int:
        most = exp.GTE(this=exp.Paren(this=start.copy()), expression=exp.Literal.number(1))
        start = cast(when(most, start, stop("substring() before the first letter")), "INT")
    elif int(start.name) < 1:
        raise Unportable(f"substring() from {start.name}")
    return call("substring", node.this, start, *([length] if length is not None else []))


def _string_agg(node: exp.GroupConcat) -> exp.Expr:
    ordered = node.this
    if not isinstance(ordered, exp.Order):
        raise Unportable("string_agg() without ORDER BY")
    select = node.parent_select
    if select is not None and any(isinstance(one.this, exp.Distinct) for one in select.find_all(exp.Count)):
        raise Unportable("string_agg() beside count(DISTINCT), which Spark 4 cannot plan")
    separator = node.args.get("separator") or exp.Literal.string(",")
    value = ordered.this
    if isinstance(value, exp.Distinct):
        given: exp.Expr = exp.Distinct(expressions=[cast(one, "STRING") for one in value.expressions])
    else:
        given = cast(value, "STRING")
    order = exp.Order(expressions=[key.copy() for key in ordered.expressions])
    return exp.WithinGroup(this=call("listagg", given, separator), expression=order)


TEXTS: dict[type[exp.Expr], Callable[..., exp.Expr]] = {
    exp.Concat: _concat,
    exp.ConcatWs: _concat_ws,
    exp.Contains: _contains,
    exp.DPipe: _pipe,
    exp.GroupConcat: _string_agg,
    exp.Length: _length,
    exp.Like: _like,
    exp.Lower: _lower,
    exp.SplitPart: _split_part,
    exp.StartsWith: _starts_with,
    exp.Substring: _substring,
}
