"""A rule of what a verdict means, and the cases that hold it.

A case is named as the tests name it: ``<control>: <name>`` for one of ``policies/controls``, which runs through DuckDB
and both policy engines; ``<file>::<test>`` for a rule that Python or a gate's Rego keeps.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """``lacking`` says of a rule that is not kept, or not wholly, what is missing and why."""

    words: str
    cases: tuple[str, ...]
    lacking: str = ""


def rule(words: str, *cases: str, lacking: str = "") -> Rule:
    """Return the rule; see ``Rule``."""
    return Rule(words, cases, lacking)


def of(control: str, *names: str) -> tuple[str, ...]:
    """Return the names of cases of one control."""
    return tuple(f"{control}: {name}" for name in names)
