"""The HTML report of a run: one file that holds all it shows, without script, for screen and for print.

Rules kept here: it is made from a sealed bundle and says that it is not what verifies; the decision comes first, then
what failed and by how much; every control is shown, the passing ones too; a list that is cut says how many it leaves
out and where they are; nothing in it asks for anything from anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.reports.html.exhibits import Exhibits
from auditor.adapters.reports.html.sections import sections
from auditor.adapters.reports.templates import render
from auditor.core.summary import summarise

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.reports.html.facts import Facts
    from auditor.adapters.reports.machine import Run
    from auditor.core.run_predicate import RunPredicate

TEMPLATE = "report.html.j2"


def render_html(run: Run, predicate: RunPredicate, facts: Facts, templates: Path) -> bytes:
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
        sections=list(sections(run, Exhibits(run.document, facts))),
    )
