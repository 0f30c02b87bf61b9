"""The report of a run as Markdown: a table of files, what survived, and what was reviewed.

A run takes hours, so a run of some kinds or files puts its rows into the page, and those of others stay as they are:
each row says the day on which its file was mutated.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from tools.mutate.mutant import survivors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tools.mutate.mutant import Outcome

TITLES = {"rego": "Rego", "sql": "SQL", "python": "Python"}
Equivalents = dict[tuple[str, str, str, str], str]
HEAD = """# Mutation report

Made by `make mutate`; do not edit. One thing at a time is broken, and a test must notice. A mutant that changes
nothing that can be observed is listed, with the reason, in `tools/mutate/equivalent.toml`; an entry there that no
longer names a survivor is an error. `run` is the day on which a file was last mutated: a run of some files leaves the
rows of the others as they are. CI breaks the gates and the bounded part of the policies that the Makefile names
(`make mutate-policies`), for all of them take longer than it has.
"""
ROWS = "| file | run | mutants | noticed | equivalent | refused | survived |\n|---|---|--:|--:|--:|--:|--:|\n"
ALIVE = "| file | line | place | operator | change |\n|---|--:|---|---|---|\n"
REVIEWED = "| file | place | operator | change | why nothing changes |\n|---|---|---|---|---|\n"
OPERATORS = "Operators: "


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the mutants of one file. ``run`` is a day, YYYY-MM-DD."""

    file: str
    run: str
    mutants: int
    noticed: int
    equivalent: int
    refused: int
    survived: int


@dataclass(frozen=True, slots=True)
class Section:
    """What the report says of one kind. ``alive`` holds the lines of the table of survivors, by file."""

    rows: Mapping[str, Row]
    alive: Mapping[str, Sequence[str]]
    operators: frozenset[str]

    def score(self) -> str:
        """Say in words how many mutants were noticed."""
        rows = self.rows.values()
        killed, alive = sum(one.noticed for one in rows), sum(one.survived for one in rows)
        percent = 1000 * killed // max(1, killed + alive)
        return (
            f"{killed} of {killed + alive} mutants noticed ({percent // 10}.{percent % 10} %); "
            f"beside them {sum(one.equivalent for one in rows)} that change nothing, "
            f"and {sum(one.refused for one in rows)} that are refused before they run"
        )

    def over(self, before: Section, wanted: Callable[[str], bool]) -> Section:
        """Return this section with what ``before`` said of the files that were not ``wanted`` in this run."""
        kept = {file: row for file, row in before.rows.items() if not wanted(file)}
        alive = {file: lines for file, lines in before.alive.items() if file in kept}
        rows = dict(sorted({**kept, **self.rows}.items()))
        operators = self.operators | (before.operators if kept else frozenset())
        return Section(rows, dict(sorted({**alive, **self.alive}.items())), operators)


def section(outcomes: Sequence[Outcome], equivalents: Equivalents, run: str) -> Section:
    """Return what is reported of the ``outcomes`` of a run on the day ``run``."""
    alive = survivors(outcomes, equivalents)
    rows = {}
    for file in dict.fromkeys(one.mutant.file for one in outcomes):
        mine = [one for one in outcomes if one.mutant.file == file]
        refused = sum(one.invalid for one in mine)
        left = sum(one.mutant.file == file for one in alive)
        same = sum(one.killed is None and not one.invalid for one in mine) - left
        rows[file] = Row(file, run, len(mine), len(mine) - refused - left - same, same, refused, left)
    lines: dict[str, list[str]] = {}
    for mutant in (one.mutant for one in alive):
        cells = (mutant.file, str(mutant.line), mutant.place, mutant.operator, mutant.change)
        lines.setdefault(mutant.file, []).append(_line(cells))
    return Section(rows, lines, frozenset(one.mutant.operator for one in outcomes if not one.invalid))


def read_sections(page: str) -> dict[str, Section]:
    """Return the sections of an earlier report, by kind. Raises ``ValueError`` on a row of another form."""
    found = {}
    for kind, title in TITLES.items():
        _, there, after = page.partition(f"## {title}\n")
        if there:
            found[kind] = _read(after.split("\n## ", 1)[0])
    return found


def _read(text: str) -> Section:
    table, _, survived = text.partition("Survived:\n")
    rows = {}
    for line in _body(table):
        file, run, *numbers = (cell.strip() for cell in line.strip("|").split("|"))
        rows[file] = Row(file, run, *map(int, numbers))
    alive: dict[str, list[str]] = {}
    for line in _body(survived):
        alive.setdefault(line.split("|")[1].strip(), []).append(line)
    told = next((line for line in table.splitlines() if line.startswith(OPERATORS)), OPERATORS)
    names = told.removeprefix(OPERATORS).rstrip(".")
    return Section(rows, alive, frozenset(names.split(", ") if names else ()))


def _body(table: str) -> list[str]:
    """Return the lines of a table under its head."""
    return [line for line in table.splitlines() if line.startswith("| ")][1:]


def render(sections: Mapping[str, Section], equivalents: Equivalents) -> str:
    """Return the whole report."""
    parts = [HEAD, *(_written(TITLES[kind], sections[kind]) for kind in TITLES if kind in sections)]
    reviewed = [_line((*key, reason)) for key, reason in sorted(equivalents.items())]
    return "\n".join([*parts, f"## Equivalent, as reviewed\n\n{REVIEWED}{_lines(reviewed)}"])


def _written(title: str, one: Section) -> str:
    rows = [_line(map(str, astuple(row))) for row in one.rows.values()]
    text = f"## {title}\n\n{one.score()}.\n\n{ROWS}{_lines(rows)}\n{OPERATORS}{', '.join(sorted(one.operators))}.\n"
    alive = [line for lines in one.alive.values() for line in lines]
    return f"{text}\nSurvived:\n\n{ALIVE}{_lines(alive)}" if alive else text


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
