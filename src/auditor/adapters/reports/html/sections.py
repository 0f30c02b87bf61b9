"""What the page shows of each control: plots, findings with sample and interval, what it rests on, how it decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.html.observed import ORDER, plot_observed
from auditor.core.intervals import wilson
from auditor.core.reasons import quantity, sentence
from auditor.core.summary import ControlWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.adapters.policies.metadata import Binomial
    from auditor.adapters.reports.html.exhibit import Exhibit
    from auditor.adapters.reports.html.exhibits import Exhibits
    from auditor.adapters.reports.machine import Run

# Rows of a control that stand open; how many lie in each closed part after them; rows of the page in all, past which a
# control has only its first ones; and rows that show their evidence. All are in the CSV.
OPEN, PART, PAGE, EVIDENCE = 50, 250, 5_000, 20
# Drawings of what was observed against the limit, of the controls that come first.
OBSERVED = 40


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
    interval: str
    window: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that are closed until they are asked for: ``label`` says which, and with which verdicts."""

    label: str
    rows: tuple[Row, ...]


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
    exhibits: tuple[Exhibit, ...]
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    left: int
    findings: int
    population: int
    coverage: tuple[str, ...]
    sql: str
    rego: str


def sections(run: Run, exhibits: Exhibits) -> Iterator[Section]:
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
    room = PAGE
    for number, name in enumerate(sorted(found, key=lambda name: (worst[name], name))):
        control = run.pack.control(name, f"{run.bundle}: its decisions")
        rows = sorted(found[name], key=lambda one: (ORDER.index(one["verdict"]), one["line"], one["resource"]))
        metadata = control.metadata
        unit = run.words.get(name, ControlWords()).unit
        plot, caption = plot_observed(f"p{number}", metadata.title, unit, rows) if number < OBSERVED else ("", "")
        kept = rows[: max(room, OPEN)]
        room -= len(kept)
        shown = [_row(one, unit, metadata.binomial, shows=place < EVIDENCE) for place, one in enumerate(kept)]
        yield Section(
            name,
            metadata.title,
            metadata.description,
            metadata.severity,
            tuple(metadata.evidence_for),
            ORDER[worst[name]],
            _counts(rows),
            tuple(parameters.get(name, [])),
            plot,
            caption,
            tuple(exhibits.of(f"x{number}", name, rows)),
            tuple(shown[:OPEN]),
            tuple(_parts(shown)),
            len(rows) - len(shown),
            len(rows),
            sum(one["members"] for one in rows),
            _coverage(run, name),
            control.sql,
            (run.pack.root / control.sql_path).with_suffix(".rego").read_text(encoding="utf-8"),
        )


def _counts(rows: Sequence[dict[str, Any]]) -> str:
    verdicts = [one["verdict"] for one in rows]
    return ", ".join(f"{verdicts.count(word)} {word.replace('_', ' ')}" for word in ORDER if word in verdicts)


def _parts(rows: Sequence[Row]) -> Iterator[Part]:
    for first in range(OPEN, len(rows), PART):
        part = tuple(rows[first : first + PART])
        verdicts = [row.verdict for row in part]
        told = ", ".join(f"{verdicts.count(word)} {word.replace('_', ' ')}" for word in ORDER if word in verdicts)
        yield Part(f"Findings {first + 1} to {first + len(part)} ({told})", part)


def _coverage(run: Run, control: str) -> tuple[str, ...]:
    """Return, for each other control that the lines of this one rest on, how its findings for them fell."""
    lines = {
        line["line"] for line in run.document["lines"] if line["controls"] and line["controls"][0]["control"] == control
    }
    rests: dict[str, list[dict[str, Any]]] = {}
    for one in run.document["findings"]:
        if one["line"] in lines and one["control"] != control:
            rests.setdefault(one["control"], []).append(one)
    return tuple(f"{name}: {_counts(rows)}" for name, rows in sorted(rests.items()))


def _row(one: dict[str, Any], unit: str, binomial: Binomial | None, *, shows: bool) -> Row:
    window = one["window"]
    return Row(
        one["line"],
        one["resource"],
        one["members"],
        one["verdict"],
        sentence(one["reason"], one["observed"], one["limit"], unit),
        quantity(one["observed"], unit),
        quantity(one["limit"], unit),
        "" if one["sampleSize"] is None else f"{one['sampleSize']:,}",
        _interval(one, binomial),
        _window(window["start"], window["end"]) if window else ("not known yet",),
        json.dumps(one["evidence"], ensure_ascii=False, indent=1, sort_keys=True) if shows else "",
    )


def _interval(one: dict[str, Any], binomial: Binomial | None) -> str:
    """Return the share that was counted with its 95 % interval, where the control counts one."""
    if binomial is None:
        return ""
    events, trials = one["evidence"].get(binomial.events), one["evidence"].get(binomial.trials)
    if not (isinstance(events, int) and isinstance(trials, int) and 0 <= events <= trials and trials):
        return ""
    bounds = wilson(events, trials)
    low, high = (f"{ppm / 10_000:.3g}" for ppm in (bounds.lower_ppm, bounds.upper_ppm))
    return f"{events:,} are {100 * events / trials:.3g} % ({low} to {high} %)"


def _window(start: str, end: str) -> tuple[str, ...]:
    """Return both ends without what no reader needs: the letters of ISO 8601, and seconds that are zero."""
    return tuple(text.replace("T", " ").removesuffix("Z").removesuffix(":00") for text in (start, end))
