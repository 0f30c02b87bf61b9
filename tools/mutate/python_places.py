"""Every place of a Python module that can be broken, found by its own parser.

Operators: ``statement removed`` (a call, a raise, an assignment into something, a whole if or for), ``negated`` (the
condition of an if, a while or a ternary), ``operand removed`` (of and / or, an if of a comprehension), ``comparison``,
``arithmetic``, ``number``, ``return`` (None instead). Types, and text that people read, are not changed.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from tools.mutate.mutant import Mutant, short

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
UNSEEN = {"frozen", "slots", "strict"}  # what they refuse, types refuse already
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


def python_mutants(file: str, source: str) -> list[Mutant]:
    """Return the mutants of one module, in the order of their places."""
    tree = ast.parse(source)
    _name_places(tree, "module")
    return [mutant for node in ast.walk(tree) if _counts(node) for mutant in _of_node(file, tree, node)]


def _name_places(node: ast.AST, place: str) -> None:
    """Mark every node with the function it is in, and leave out what only types or imports."""
    for child in ast.iter_child_nodes(node):
        name = place
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            name = child.name if place == "module" else f"{place}.{child.name}"
        skipped = (
            (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")
            or isinstance(child, (ast.Raise, ast.arg))
            or (isinstance(child, ast.keyword) and child.arg in UNSEEN)
            or child is getattr(node, "returns", None)
            or child is getattr(node, "annotation", None)
        )
        child.place = name
        child.words_only = getattr(node, "words_only", False) or skipped
        _name_places(child, name)


def _counts(node: ast.AST) -> bool:
    inside = getattr(node, "words_only", False) and not isinstance(node, ast.Raise)
    return not inside and hasattr(node, "place")


def _of_node(file: str, tree: ast.Module, node: ast.AST) -> Iterator[Mutant]:
    place = getattr(node, "place", "module")
    line = getattr(node, "lineno", 0)
    for operator, change, new in _changes(node):
        text = ast.unparse(ast.fix_missing_locations(_replaced(tree, node, new)))
        yield Mutant(file, line, place, operator, change, text)


def _changes(node: ast.AST) -> Iterator[tuple[str, str, ast.AST]]:
    if isinstance(node, ast.stmt):
        yield from _statement(node)
    elif isinstance(node, ast.expr):
        yield from _expression(node)
    elif isinstance(node, ast.comprehension):
        for index, test in enumerate(node.ifs):
            kept = [one for number, one in enumerate(node.ifs) if number != index]
            yield "operand removed", f"if {_words(test)}", _with(node, "ifs", kept)


def _statement(node: ast.stmt) -> Iterator[tuple[str, str, ast.AST]]:
    documented = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if (isinstance(node, (ast.Expr, ast.Raise, ast.AugAssign, ast.Break, ast.Continue)) and not documented) or (
        isinstance(node, ast.Assign) and not isinstance(node.targets[0], (ast.Name, ast.Tuple))
    ):
        yield "statement removed", _words(node), ast.Pass()
    elif isinstance(node, ast.If):
        words = f"if {_words(node.test)}"
        yield "statement removed", words, _with(node, "test", ast.Constant(value=False)) if node.orelse else ast.Pass()
        yield "negated", words, _with(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.While):
        yield "negated", f"while {_words(node.test)}", _with(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.For):
        yield "statement removed", f"for {_words(node.target)} in {_words(node.iter)}", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return", _words(node), _with(node, "value", ast.Constant(None))


def _expression(node: ast.expr) -> Iterator[tuple[str, str, ast.AST]]:
    words = _words(node)
    if isinstance(node, ast.BoolOp):
        for index, value in enumerate(node.values):
            kept = [one for number, one in enumerate(node.values) if number != index]
            yield (
                "operand removed",
                f"{_words(value)} of {words}",
                _with(node, "values", kept) if len(kept) > 1 else kept[0],
            )
    elif isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            swapped = [COMPARISONS[type(one)]() if number == index else one for number, one in enumerate(node.ops)]
            yield (
                "comparison",
                f"{type(operator).__name__} -> {type(swapped[index]).__name__} in {words}",
                _with(node, "ops", swapped),
            )
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        other = ARITHMETIC[type(node.op)]()
        yield "arithmetic", f"{type(node.op).__name__} -> {type(other).__name__} in {words}", _with(node, "op", other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negated", words, node.operand
    elif isinstance(node, ast.IfExp):
        yield "negated", words, _with(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "number", f"{node.value} -> {node.value + 1}", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "number", f"{node.value} -> {not node.value}", ast.Constant(not node.value)


def _replaced(tree: ast.Module, old: ast.AST, new: ast.AST) -> ast.Module:
    """Return a copy of ``tree`` with ``new`` in the place of ``old``."""

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(_shallow(node))

    def _shallow(node: ast.AST) -> ast.AST:
        clone = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(clone, name, list(value))
        return clone

    return Swap().visit(tree)


def _with(node: ast.AST, field: str, value: object) -> ast.AST:
    clone = copy.copy(node)
    setattr(clone, field, value)
    return clone


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _words(node: ast.AST) -> str:
    return short(ast.unparse(node), 70)
