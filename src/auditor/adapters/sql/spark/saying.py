"""What is said to Spark: the few forms that rewrites are made of."""

from __future__ import annotations

from sqlglot import exp


class Unportable(Exception):  # noqa: N818 - a reason, which becomes a ControlError where the query is known
    """Why a construct is not run by Spark, as the end of a sentence that begins with the query's name."""


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Return a call of a function of Spark."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """Return a cast to a type of Spark."""
    return exp.Cast(this=value, to=exp.DataType.build(kind, dialect="spark"))


def stop(said: str) -> exp.Expr:
    """Return what ends a query with an error that says ``said``, when it is reached."""
    return call("raise_error", exp.Literal.string(said))


def when(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """Return a choice of two."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def text(value: str) -> exp.Expr:
    """Return a text, spelled by its bytes where a quoted one could be read otherwise."""
    if value.isascii() and value.isprintable() and not {"'", "\\", '"'} & set(value):
        return exp.Literal.string(value)
    spelled = exp.HexString(this=value.encode().hex().upper())
    return call("decode", spelled, exp.Literal.string("UTF-8"))
