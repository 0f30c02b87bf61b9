"""``python -m tools.mutate rego sql python``: run mutants, write the report, and fail on what survived."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tools.mutate.mutant import read_equivalents, stale, survivors
from tools.mutate.report import TITLES, Section, read_sections, render, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.mutate.mutant import Outcome

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def main() -> int:
    """Return 1 when a mutant survived, or a reviewed one is there no more."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("kinds", nargs="+", choices=list(TITLES))
    parser.add_argument("--only", nargs="*", default=[], help="only files whose path contains one of these")
    parser.add_argument("--report", type=Path, help="Markdown; each run replaces its files and keeps the others")
    parser.add_argument(
        "--tolerate", nargs="*", default=[], choices=list(TITLES), help="kinds whose survivors are only listed"
    )
    given = parser.parse_args()
    only = [part for words in given.only for part in words.split()]  # make gives them as one word

    def wanted(file: str) -> bool:
        return not only or any(part in file for part in only)

    equivalents = read_equivalents(EQUIVALENT)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    sections: dict[str, Section] = {}
    failed = False
    for kind in sorted(
        given.kinds, key=lambda one: one != "python"
    ):  # its mutants are forked before anything is imported
        outcomes = _run(kind, wanted)
        alive, old = survivors(outcomes, equivalents), stale(outcomes, equivalents)
        sections[kind] = section(outcomes, equivalents, day)
        sys.stdout.write(f"{kind}: {sections[kind].score()}\n")
        for one in alive:
            sys.stdout.write(
                f"  survived: {one.mutant.file}:{one.mutant.line}: {one.mutant.place}: {one.mutant.operator}: {one.mutant.change}\n"
            )
        for key in old:
            sys.stdout.write(f"  no survivor any more, remove it from {EQUIVALENT.name}: {': '.join(key)}\n")
        failed |= kind not in given.tolerate and bool(alive or old)
    if given.report:
        _write(given.report, sections, equivalents, wanted)
    return int(failed)


def _run(kind: str, wanted: Callable[[str], bool]) -> list[Outcome]:
    def progress(words: str) -> None:
        sys.stderr.write(f"{words}\n")

    if kind == "rego":
        from tools.mutate.rego import mutate_rego

        return mutate_rego(ROOT / "policies", wanted, progress)
    if kind == "sql":
        from tools.mutate.sql import mutate_sql

        return mutate_sql(ROOT / "policies", wanted, progress)
    from tools.mutate.python import mutate_python

    return mutate_python(ROOT, wanted, progress)


def _write(
    path: Path,
    sections: dict[str, Section],
    equivalents: dict[tuple[str, str, str, str], str],
    wanted: Callable[[str], bool],
) -> None:
    """Write the report, keeping what it says of the kinds and files that were not run."""
    before = read_sections(path.read_text(encoding="utf-8")) if path.is_file() else {}
    merged = {kind: one.over(before[kind], wanted) if kind in before else one for kind, one in sections.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {kind: one for kind, one in (before | merged).items() if one.rows}
    path.write_text(render(told, equivalents), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
