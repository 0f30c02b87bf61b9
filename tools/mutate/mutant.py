"""What a mutant is and what became of it, and the reviewed list of mutants that change nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one file. ``place`` is the rule, function or clause; ``change`` says what became what."""

    file: str
    line: int
    place: str
    operator: str
    change: str
    text: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a reviewer names it by: no line number, so that unrelated edits do not touch the list."""
        return (self.file, self.place, self.operator, self.change)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``killed`` names what noticed; None is a survivor. An ``invalid`` mutant is refused before any test runs."""

    mutant: Mutant
    killed: str | None
    invalid: bool = False


def short(text: str, width: int = 90) -> str:
    """Return ``text`` on one line, cut in the middle when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width // 2]} ... {line[-width // 2 :]}"


def read_equivalents(path: Path) -> dict[tuple[str, str, str, str], str]:
    """Return key -> reason of every reviewed equivalent mutant."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    return {
        (one["file"], one["place"], one["operator"], change): one["reason"]
        for one in entries
        for change in one["changes"]
    }


def survivors(outcomes: Iterable[Outcome], equivalents: dict[tuple[str, str, str, str], str]) -> list[Outcome]:
    """Return the outcomes that no test noticed and no reviewer explained."""
    return [one for one in outcomes if one.killed is None and not one.invalid and one.mutant.key not in equivalents]


def stale(
    outcomes: Sequence[Outcome], equivalents: dict[tuple[str, str, str, str], str]
) -> list[tuple[str, str, str, str]]:
    """Return the reviewed entries, of the files that were mutated, that no longer name a survivor."""
    files = {one.mutant.file for one in outcomes}
    alive = {one.mutant.key for one in outcomes if one.killed is None and not one.invalid}
    return sorted(key for key in equivalents if key[0] in files and key not in alive)
