"""The report of a run as Markdown: a table of files, what survived, and what was reviewed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tools.mutate.mutant import survivors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.mutate.mutant import Outcome

TITLES = {"rego": "Rego", "sql": "SQL", "python": "Python"}
Equivalents = dict[tuple[str, str, str, str], str]


def score(outcomes: Sequence[Outcome], equivalents: Equivalents) -> str:
    """Say in words how many mutants were noticed."""
    tried = [one for one in outcomes if not one.invalid]
    alive = survivors(tried, equivalents)
    same = sum(one.killed is None for one in tried) - len(alive)
    killed = len(tried) - len(alive) - same
    percent = 1000 * killed // max(1, killed + len(alive))
    return (
        f"{killed} of {killed + len(alive)} mutants noticed ({percent // 10}.{percent % 10} %); "
        f"beside them {same} that change nothing, and {len(outcomes) - len(tried)} that are refused before they run"
    )


def section(kind: str, outcomes: Sequence[Outcome], equivalents: Equivalents) -> str:
    """Return the part of the report on one kind of mutants."""
    alive = survivors(outcomes, equivalents)
    lines = [f"## {TITLES[kind]}", "", f"{score(outcomes, equivalents)}.", ""]
    lines += ["| file | mutants | noticed | equivalent | refused | survived |", "|---|--:|--:|--:|--:|--:|"]
    for file in dict.fromkeys(one.mutant.file for one in outcomes):
        mine = [one for one in outcomes if one.mutant.file == file]
        refused = sum(one.invalid for one in mine)
        left = sum(one.mutant.file == file for one in alive)
        same = sum(one.killed is None for one in mine) - left
        lines.append(f"| {file} | {len(mine)} | {len(mine) - refused - left - same} | {same} | {refused} | {left} |")
    operators = Counter(one.mutant.operator for one in outcomes if not one.invalid)
    lines += [
        "",
        "Operators: " + ", ".join(f"{name} ({number})" for name, number in sorted(operators.items())) + ".",
        "",
    ]
    if alive:
        lines += ["Survived:", "", "| file | line | place | operator | change |", "|---|--:|---|---|---|"]
        for one in alive:
            mutant = one.mutant
            cells = (mutant.file, str(mutant.line), mutant.place, mutant.operator, mutant.change)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def render(sections: Mapping[str, str], equivalents: Equivalents) -> str:
    """Return the whole report."""
    lines = [
        "# Mutation report",
        "",
        "Made by `make mutate`; do not edit. One thing at a time is broken, and a test must notice. A mutant that changes",
        "nothing that can be observed is listed, with the reason, in `tools/mutate/equivalent.toml`; an entry there that no",
        "longer names a survivor is an error.",
        "",
        *(sections[kind] for kind in TITLES if kind in sections),
        "## Equivalent, as reviewed",
        "",
        "| file | place | operator | change | why nothing changes |",
        "|---|---|---|---|---|",
    ]
    for (file, place, operator, change), reason in sorted(equivalents.items()):
        lines.append(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in (file, place, operator, change, reason)) + " |"
        )
    return "\n".join(lines) + "\n"
