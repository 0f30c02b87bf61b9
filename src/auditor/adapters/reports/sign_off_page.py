"""The page that a person reads before signing: one page, for somebody who does not use a terminal.

Rules kept here: it is made from a checked bundle alone, the same bytes each time, so that its digest, which is in what
the person signs, shows later what they were shown; it says what failed and what is not known before what is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.templates import render
from auditor.core.people import ShownMember
from auditor.core.summary import ControlWords, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from auditor.core.run_predicate import RunPredicate

TEMPLATE = "sign-off.html.j2"
LISTED = 25


def render_sign_off_page(
    predicate: RunPredicate,
    statement: str,
    document: dict[str, Any],
    words: Mapping[str, ControlWords],
    templates: Path,
    *,
    line: str,
    title: str,
    role: str,
    others: Sequence[Any] = (),
) -> bytes:
    """Return the page as HTML. ``statement`` is the digest of the run's statement, ``title`` what the line says.

    ``others`` are other runs of the release to know of, each with ``state``, ``started`` and ``statement``.
    """
    summary = summarise(document, words)
    failing = [one for one in summary.lines if one.verdict == "fail"]
    unknown = [one for one in summary.lines if one.verdict == "inconclusive"]
    return render(
        templates,
        TEMPLATE,
        predicate=predicate,
        statement=statement,
        summary=summary,
        line=line,
        title=title,
        role=role,
        others=others,
        failing=failing[:LISTED],
        failing_left=max(len(failing) - LISTED, 0),
        unknown=unknown[:LISTED],
        unknown_left=max(len(unknown) - LISTED, 0),
        passed=sum(one.verdict == "pass" for one in summary.lines),
        total=len(summary.lines),
    )


def shown(document: dict[str, Any], digest: str) -> ShownMember:
    """Return what a page shows of a run, ``digest`` being the SHA-256 of the page."""
    verdicts = [one["verdict"] for one in document["lines"]]
    return ShownMember(
        result=document["result"],
        failed=verdicts.count("fail"),
        inconclusive=verdicts.count("inconclusive"),
        summary=digest,
    )
