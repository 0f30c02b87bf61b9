"""The figures as Markdown, beside the budgets, with what explains a budget that is missed."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple


class Measured(NamedTuple):
    """Best wall and CPU seconds, largest resident memory in MB."""

    wall: float
    cpu: float
    peak_mb: int


WORDS = {
    "scan": "one-column scan, DuckDB",
    "gates": "every line and gate, decided",
    "evaluate": "all of evaluate: checked, decided, hashed, sealed, signed",
    "pandas": "the SLO checks in pandas",
}
HELP, SMALL_EVALUATE, GATES, PANDAS, WALL_S, PEAK_MB = 5.0, 40.0, 8.0, 6.0, 2.5, 1024
LARGE = 10_000_000


def render(
    start: dict[str, Measured], sizes: dict[int, dict[str, Measured]], small: int, rounds: int, load: float
) -> str:
    """Return the report."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`; the figures are not edited, the notes below them are in `benchmarks/notes.md`.",
        f"Best of {rounds} interleaved rounds, each task in a process of its own; Python {platform.python_version()},",
        f"DuckDB {version('duckdb')}, pandas {version('pandas')}, two threads. The load of the machine at the end was {load:.1f}:",
        "read the ratios, and CPU before wall.",
        "",
        "## Start-up",
        "",
        "| what | wall ms | CPU ms | CPU, bare Python = 1 | budget | peak MB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    budgets = {"bare": "", "help": _within(start["help"].cpu / start["bare"].cpu, HELP), "evaluate": ""}
    budgets["evaluate"] = _within(start["evaluate"].cpu / start["bare"].cpu, SMALL_EVALUATE)
    words = {
        "bare": "`python -I -c pass`",
        "help": "`auditor --help`",
        "evaluate": f"`auditor evaluate`, {small:,} requests",
    }
    for name, one in start.items():
        ratio = one.cpu / start["bare"].cpu
        lines.append(
            f"| {words[name]} | {one.wall * 1000:.0f} | {one.cpu * 1000:.0f} | {ratio:.1f} | {budgets[name]} | {one.peak_mb} |"
        )
    for rows, found in sizes.items():
        lines += ["", f"## {rows:,} requests", ""]
        lines += ["| what | wall s | CPU s | wall, scan = 1 | CPU, scan = 1 | peak MB |", "|---|--:|--:|--:|--:|--:|"]
        scan = found["scan"]
        for name, one in found.items():
            ratios = f"{one.wall / scan.wall:.1f} | {one.cpu / scan.cpu:.1f}"
            lines.append(f"| {WORDS[name]} | {one.wall:.2f} | {one.cpu:.2f} | {ratios} | {one.peak_mb} |")
        lines += ["", *_budgets(rows, found)]
    notes = Path(__file__).with_name("notes.md").read_text(encoding="utf-8")
    return "\n".join(lines) + "\n\n" + notes


def _budgets(rows: int, found: dict[str, Measured]) -> list[str]:
    scan, gates, whole, pandas = (found[name] for name in WORDS)
    lines = [
        f"- gates to the scan, CPU: {_within(gates.cpu / scan.cpu, GATES)}",
        f"- pandas to the gates, CPU: {_within(pandas.cpu / gates.cpu, PANDAS, least=True)}",
        f"- pandas to the gates, peak memory: {pandas.peak_mb / gates.peak_mb:.1f}",
    ]
    if rows == LARGE:
        lines += [
            f"- all of evaluate, wall s: {_within(whole.wall, WALL_S)}",
            f"- all of evaluate, peak MB: {_within(whole.peak_mb, PEAK_MB)}",
        ]
    return lines


def _within(value: float, budget: float, *, least: bool = False) -> str:
    met = value >= budget if least else value <= budget
    shown = f"{value:.2f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004 - two digits of a small figure
    return f"{shown}, budget {'>=' if least else '<='} {budget:g}: {'met' if met else '**missed**'}"
