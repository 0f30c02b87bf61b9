"""Every place of a Rego file that can be broken, found by OPA's own parser.

Operators: ``rule removed`` (a rule or an ``else`` branch never fires), ``condition removed``, ``negated``,
``comparison`` (> and >=, == and !=), ``verdict`` (the word becomes a better or another one), ``reason``, ``number``.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from tools.mutate.mutant import Mutant, short

from auditor.adapters.policies.build import run_opa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPARISONS = {"==": "!=", "!=": "==", ">": ">=", ">=": ">", "<": "<=", "<=": "<"}
WORDS = {
    "inconclusive": "pass",
    "fail": "pass",
    "pass": "fail",
    "not_applicable": "pass",
    "go": "no_go",
    "no_go": "go",
    "rollback": "continue",
    "continue": "rollback",
    "undecided": "continue",
}
NOT_NEGATED = {"assign", "eq"}


def rego_mutants(root: Path, file: str) -> list[Mutant]:
    """Return the mutants of one Rego file of the pack at ``root``, in the order of their places."""
    text = (root / file).read_text(encoding="utf-8")
    parsed = json.loads(run_opa(["parse", "--format", "json", "--json-include", "locations", file], cwd=root))
    source = _Source(file, text)
    found = [mutant for rule in parsed["rules"] for mutant in source.of_rule(rule, rule["head"]["ref"][0]["value"])]
    return list({mutant.text: mutant for mutant in found}.values())


class _Source:
    def __init__(self, file: str, text: str) -> None:
        self._file, self._text = file, text
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def of_rule(self, rule: dict[str, Any], place: str) -> Iterator[Mutant]:
        yield from self._removed(rule, place)
        yield from self._inside(rule["head"].get("value"), place)
        for number, expression in enumerate(rule["body"]):
            if not expression.get("generated"):
                yield from self._expression(expression, f"{place} [{number + 1}]")
            yield from self._inside(expression["terms"], place)
        if "else" in rule:
            yield from self.of_rule(rule["else"], f"{place} else")

    def _removed(self, rule: dict[str, Any], place: str) -> Iterator[Mutant]:
        first = rule["body"][0]
        start, end = self._span(rule["head"]["location"])
        words = self._text[start:end]
        if rule.get("default"):
            begin, _ = self._span(rule["location"])
            yield self._mutant("rule removed", place, begin, end, "", f"default {words}")
        elif first.get("generated"):
            yield self._mutant("rule removed", place, start, end, "", words)
        else:
            at, until = self._span(first["location"])
            inline = self._text[:at].rstrip(" ").endswith("if")
            yield self._mutant(
                "rule removed", place, at, until if inline else at, "false" if inline else "false\n\t", words
            )

    def _expression(self, expression: dict[str, Any], place: str) -> Iterator[Mutant]:
        start, end = self._span(expression["location"])
        words = self._text[start:end]
        yield self._mutant("condition removed", place, start, end, "true", words)
        terms = expression["terms"]
        if expression.get("negated"):
            yield self._mutant("negated", place, start, end, words.removeprefix("not ").lstrip(), words)
        elif not words.startswith(("some ", "every ")) and not (
            isinstance(terms, list) and _name(terms[0]) in NOT_NEGATED
        ):
            yield self._mutant("negated", place, start, end, f"not {words}", words)

    def _inside(self, node: Any, place: str) -> Iterator[Mutant]:
        """Walk terms: comparisons, words, reasons, numbers, and the bodies of ``every`` and of comprehensions."""
        if isinstance(node, list):
            yield from self._comparison(node, place)
            for member in node:
                yield from self._inside(member, place)
        elif isinstance(node, dict):
            yield from self._scalar(node, place)
            yield from self._reason(node, place)
            for name, member in node.items():
                if name == "body":
                    for number, expression in enumerate(member):
                        yield from self._expression(expression, f"{place} body [{number + 1}]")
                yield from self._inside(member, place)

    def _comparison(self, terms: list[Any], place: str) -> Iterator[Mutant]:
        if terms and isinstance(terms[0], dict) and terms[0].get("type") == "ref" and "location" in terms[0]:
            start, end = self._span(terms[0]["location"])
            symbol = self._text[start:end]
            if symbol in COMPARISONS:
                yield self._mutant("comparison", place, start, end, COMPARISONS[symbol])

    def _scalar(self, node: dict[str, Any], place: str) -> Iterator[Mutant]:
        kind, value = node.get("type"), node.get("value")
        if kind == "string" and value in WORDS:
            start, end = self._span(node["location"])
            if self._text[start:end] == f'"{value}"':
                yield self._mutant("verdict", place, start, end, f'"{WORDS[value]}"')
        elif kind == "number" and isinstance(value, int):
            start, end = self._span(node["location"])
            for other in (value - 1, value + 1):
                yield self._mutant("number", place, start, end, str(other))

    def _reason(self, node: dict[str, Any], place: str) -> Iterator[Mutant]:
        if node.get("type") == "object":
            for key, value in node["value"]:
                if key.get("value") == "reason" and value.get("type") == "string":
                    start, end = self._span(value["location"])
                    yield self._mutant("reason", place, start, end, '"mutant"')

    def _span(self, location: dict[str, Any]) -> tuple[int, int]:
        start = self._starts[location["row"] - 1] + location["col"] - 1
        return start, start + len(base64.b64decode(location["text"]).decode())

    def _mutant(self, operator: str, place: str, start: int, end: int, new: str, shown: str | None = None) -> Mutant:
        line = self._text.count("\n", 0, start) + 1
        old = self._text[start:end]
        if operator in {"rule removed", "condition removed", "negated"}:
            change = short(shown or old)
        else:
            whole = self._text[self._starts[line - 1] : self._starts[line]].strip()
            change = f"{old} -> {new} in {short(whole)}"
        return Mutant(self._file, line, place, operator, change, self._text[:start] + new + self._text[end:])


def _name(term: dict[str, Any]) -> str:
    value = term.get("value")
    return str(value[0].get("value")) if isinstance(value, list) and value else ""
