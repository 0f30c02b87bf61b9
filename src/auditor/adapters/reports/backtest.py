"""A backtest as people and machines read it: a table, JSON (schema ``backtest``), and CSV with a row a difference.

Rules kept here: every bundle stands in each of them; one that was not compared says why, and is never shown as the
same.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.spreadsheet import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from auditor.core.backtest import Backtest, Outcome

COLUMNS = (
    "bundle", "release", "environment", "as_of", "standing", "kind", "line", "title", "control", "resource", "old",
    "new", "old_reason", "new_reason", "old_said", "new_said",
)  # fmt: skip
WORDS = {
    "unconcerned": "not concerned: its profile binds nothing that the change sets",
    "undecided": "NOT DECIDED",
    "refused": "REFUSED",
    "failed": "FAILED",
}
STYLES = {
    "broken": "bold red",
    "gone": "bold red",
    "blind": "yellow",
    "fixed": "green",
    "new": "cyan",
    "changed": "cyan",
    "refused": "bold red",
    "failed": "bold red",
    "undecided": "yellow",
}
SHOWN = 12


def document(found: Backtest) -> dict[str, Any]:
    """Return the backtest as JSON members."""
    stated = {"schemaVersion": 1, "regressed": found.regressed, "changed": found.changed, "undecided": found.undecided}
    bundles = [asdict(one) | {"regressed": one.regressed} for one in found.bundles]
    return stated | {"settings": [asdict(one) for one in found.settings], "bundles": bundles}


def render_json(found: Backtest) -> bytes:
    """Return the backtest as one JSON document."""
    return (json.dumps(document(found), indent=2, ensure_ascii=False) + "\n").encode()


def render_csv(found: Backtest) -> bytes:
    """Return the backtest as CSV: a row for each difference, gate and lacking table, one at least for each bundle."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in found.bundles:
        run = one.run
        about = (one.bundle, *((run.release, run.environment, run.as_of) if run else ("", "", "")), one.standing)
        writer.writerows([*map(harmless, (*about, *row))] for row in _rows(one))
    return written.getvalue().encode()


def print_table(found: Backtest, stream: TextIO, *, color: bool | None = None) -> None:
    """Write what would have been decided otherwise, bundle by bundle, and how many of each there are."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.padding import Padding  # noqa: PLC0415 - heavy
    from rich.text import Text  # noqa: PLC0415 - heavy

    console = Console(file=stream, no_color=True if color is False else None, highlight=False)
    for one in found.bundles:
        console.print(Text(one.bundle, style="bold"), Text(_standing(one), style=STYLES.get(one.standing, "")))
        if one.run is not None:
            about = f"{one.run.release} · {one.run.profile} · as of {one.run.as_of}"
            console.print(Padding(Text(about, style="dim"), (0, 0, 0, 2), expand=False))
        for gate in one.gates:
            moved = f"gate {gate.gate}: {_word(gate.old)} -> {_word(gate.new)}"
            console.print(Padding(Text(moved), (0, 0, 0, 2), expand=False))
        for style, depth, words in _told(one):
            console.print(Padding(Text(words, style=style), (0, 0, 0, depth), expand=False))
        console.print()
    console.print(Text(_closing(found)))


def _standing(one: Outcome) -> str:
    if one.standing == "compared":
        return "decided otherwise" if one.changed else "the same"
    code = f" [{one.code}]" if one.code else ""
    return f"{WORDS[one.standing]}{code}{f': {one.message}' if one.message else ''}"


def _told(one: Outcome) -> Iterator[tuple[str, int, str]]:
    """Yield style, indentation and words of what differs: each line, and below it its findings."""
    lines = [each for each in one.differences if not each.control]
    told = {each.line for each in lines}
    blind = {each.line for each in one.lacking}  # of these nothing was found: that is told once, below
    alone = list(dict.fromkeys(each.line for each in one.differences if each.line not in told))
    for each in lines:
        yield STYLES[each.kind], 2, f"{each.kind}  {each.line}: {each.title}: {_word(each.old)} -> {_word(each.new)}"
        yield from () if each.line in blind else _inside(one, each.line)
    for line in alone:
        yield "", 2, f"within {line}, which is decided the same:"
        yield from _inside(one, line)
    for lacks in one.lacking:
        yield (
            STYLES["undecided"],
            2,
            f"not decided  {lacks.line} ({lacks.control}): the bundle holds no {_list(lacks.tables)}",
        )


def _inside(one: Outcome, line: str) -> Iterator[tuple[str, int, str]]:
    found = [each for each in one.differences if each.line == line and each.control]
    for each in found[:SHOWN]:
        yield (
            "",
            6,
            f"{each.resource}: {_side(each.old, each.old_said)} -> {_side(each.new, each.new_said)}",
        )
    if len(found) > SHOWN:
        yield "", 6, f"and {len(found) - SHOWN} more: see -o json"


def _side(verdict: str | None, said: str) -> str:
    return f"{_word(verdict)} ({said})" if said else _word(verdict)


def _rows(one: Outcome) -> list[tuple[str, ...]]:
    blank = len(COLUMNS) - 5
    rows: list[tuple[str, ...]] = [
        (each.kind, each.line, each.title, each.control, each.resource, each.old or "", each.new or "",
         each.old_reason or "", each.new_reason or "", each.old_said, each.new_said)
        for each in one.differences
    ]  # fmt: skip
    rows += [
        ("gate", gate.gate, "", "", "", gate.old or "", gate.new or "", "", "", "", "") for gate in one.gates
    ]  # fmt: skip
    rows += [
        ("lacking", each.line, "", each.control, "", "", "", "", "", "", " ".join(each.tables)) for each in one.lacking
    ]
    return rows or [(*[""] * (blank - 1), one.message)]


def _closing(found: Backtest) -> str:
    compared = [one for one in found.bundles if one.standing == "compared"]
    counts = [
        (sum(one.changed for one in compared), "decided otherwise"),
        (sum(one.regressed for one in compared), "of them with a step back"),
        (sum(not one.changed for one in compared), "the same"),
        (sum(bool(one.lacking) for one in compared), "lacking tables"),
        *((found.count(name), name) for name in ("unconcerned", "undecided", "refused", "failed")),
    ]
    said = ", ".join(f"{number} {words}" for number, words in counts if number)
    return f"{len(found.bundles)} bundle{'s' if len(found.bundles) > 1 else ''}: {said}"


def _word(verdict: str | None) -> str:
    return verdict.replace("_", " ") if verdict else "not there"


def _list(names: tuple[str, ...]) -> str:
    return f"table{'s' if len(names) > 1 else ''} {', '.join(names)}"
