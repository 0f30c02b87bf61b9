"""The HTML report of a run: one file that holds all it shows, without script, for screen and for print.

Rules kept here: it is made from a sealed bundle and says that it is not what verifies; the decision comes first, then
what failed and by how much; every control is shown, the passing ones too; a list that is cut says how many it leaves
out and where they are; nothing in it asks for anything from anywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.observed import ORDER, plot_observed
from auditor.adapters.reports.templates import render
from auditor.core.reasons import quantity, sentence
from auditor.core.summary import ControlWords, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.adapters.reports.machine import Run
    from auditor.core.run_predicate import RunPredicate

TEMPLATE = "report.html.j2"
# Rows of one control that the page holds, and those of them that show their evidence; all are in the CSV.
FINDINGS, EVIDENCE = 100, 20


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as shown; ``evidence`` is the row of the query as JSON, or empty where it is left out."""

    line: str
    resource: str
    members: int
    verdict: str
    said: str
    observed: str
    limit: str
    sample: str
    window: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Section:
    """One control as shown."""

    control: str
    title: str
    description: str
    severity: str
    evidence_for: tuple[str, ...]
    verdict: str
    counts: str
    lines: tuple[tuple[str, str], ...]
    plot: str
    caption: str
    rows: tuple[Row, ...]
    left: int
    population: int
    sql: str
    rego: str


def render_html(run: Run, predicate: RunPredicate, templates: Path) -> bytes:
    """Return the page as UTF-8. ``predicate`` is that of the run's statement, ``templates`` holds the template."""
    summary = summarise(run.document, run.words)
    return render(
        templates,
        TEMPLATE,
        run=run,
        summary=summary,
        predicate=predicate,
        status=next((gate for gate in run.document["gates"] if gate["kind"] == "status"), None),
        failing=[one for one in summary.lines if one.verdict == "fail"],
        unknown=[one for one in summary.lines if one.verdict == "inconclusive"],
        passed=sum(one.verdict == "pass" for one in summary.lines),
        sections=list(_sections(run)),
    )


def _sections(run: Run) -> Iterator[Section]:
    """Yield the controls that decided something, those that failed first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in run.document["findings"]:
        found.setdefault(one["control"], []).append(one)
    parameters: dict[str, list[tuple[str, str]]] = {}
    for line in run.document["lines"]:
        for one in line["controls"]:
            given = json.dumps(one["parameters"], ensure_ascii=False, indent=1, sort_keys=True)
            parameters.setdefault(one["control"], []).append((line["line"], given))
    worst = {name: min(ORDER.index(one["verdict"]) for one in rows) for name, rows in found.items()}
    for number, name in enumerate(sorted(found, key=lambda name: (worst[name], name))):
        control = run.pack.control(name, f"{run.bundle}: its decisions")
        rows = sorted(found[name], key=lambda one: (ORDER.index(one["verdict"]), one["line"], one["resource"]))
        metadata = control.metadata
        unit = run.words.get(name, ControlWords()).unit
        plot, caption = plot_observed(f"p{number}", metadata.title, unit, rows)
        verdicts = [one["verdict"] for one in rows]
        yield Section(
            name,
            metadata.title,
            metadata.description,
            metadata.severity,
            tuple(metadata.evidence_for),
            ORDER[worst[name]],
            ", ".join(f"{verdicts.count(word)} {word.replace('_', ' ')}" for word in ORDER if word in verdicts),
            tuple(parameters.get(name, [])),
            plot,
            caption,
            tuple(_row(one, unit, shows=place < EVIDENCE) for place, one in enumerate(rows[:FINDINGS])),
            max(len(rows) - FINDINGS, 0),
            sum(one["members"] for one in rows),
            control.sql,
            (run.pack.root / control.sql_path).with_suffix(".rego").read_text(encoding="utf-8"),
        )


def _row(one: dict[str, Any], unit: str, *, shows: bool) -> Row:
    window = one["window"]
    return Row(
        one["line"],
        one["resource"],
        one["members"],
        one["verdict"],
        sentence(one["reason"], one["observed"], one["limit"], unit),
        quantity(one["observed"], unit),
        quantity(one["limit"], unit),
        "" if one["sampleSize"] is None else str(one["sampleSize"]),
        f"{window['start']} to {window['end']}" if window else "not known yet",
        json.dumps(one["evidence"], ensure_ascii=False, indent=1, sort_keys=True) if shows else "",
    )
