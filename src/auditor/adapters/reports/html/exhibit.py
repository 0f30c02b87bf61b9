"""What a plot is made from, and what is made: a drawing with its caption and table, or words why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Points of one drawing; what has more is gathered, and the caption says how.
POINTS = 120


class NotDrawnError(Exception):
    """There is nothing to draw; the message says why, as a sentence for the page."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One line that a control decided; ``name`` is distinct in the page, instants are microseconds since 1970 (UTC).

    ``until`` is where the facts of the window end: its end, or the as-of while it runs.
    """

    name: str
    line: str
    title: str
    control: str
    parameters: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    start: int
    end: int
    until: int
    as_of: int

    def number(self, name: str) -> int:
        """Return a parameter that is a number above zero. Raises ``NotDrawnError`` for a line that gives none."""
        value = self.parameters.get(name)
        if isinstance(value, int) and value > 0:
            return value
        raise self._without(name)

    def text(self, name: str) -> str:
        """Return a parameter that is text. Raises ``NotDrawnError``."""
        value = self.parameters.get(name)
        if isinstance(value, str):
            return value
        raise self._without(name)

    def texts(self, name: str) -> list[str]:
        """Return a parameter that is a list of texts. Raises ``NotDrawnError``."""
        value = self.parameters.get(name)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        raise self._without(name)

    def first(self, name: str) -> tuple[int, int]:
        """Return the first number of a list, and how many there are. Raises ``NotDrawnError``."""
        value = self.parameters.get(name)
        if isinstance(value, list) and value and isinstance(value[0], int) and value[0] > 0:
            return value[0], len(value)
        raise self._without(name)

    def _without(self, name: str) -> NotDrawnError:
        return NotDrawnError(f"The line does not give {name} as today's plot reads it, so there is none.")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What a page shows of one line: ``svg`` with ``caption`` and ``rows``, or in place of them ``words``."""

    title: str
    svg: str = ""
    caption: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    words: str = ""
    line: str = ""


def shown(number: int) -> str:
    """Return a count with commas between thousands."""
    return f"{number:,}"


def per_cent(part: int, whole: int) -> str:
    """Return a share for a person, with three digits that count."""
    return f"{100 * part / whole:.3g} %" if whole else "none"
