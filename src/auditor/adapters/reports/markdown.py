"""The Markdown report, rendered from ``decisions.json`` and the pack alone, so that anyone can render it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.templates import render
from auditor.core.summary import ControlWords, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEMPLATE = "report.md.j2"


def control_words(controls: Mapping[str, Any]) -> dict[str, ControlWords]:
    """Return how to word the findings of each control of a pack (id -> ``Control``)."""
    return {name: ControlWords(one.metadata.unit, one.metadata.trigger) for name, one in controls.items()}


def render_markdown(
    document: dict[str, Any],
    words: Mapping[str, ControlWords],
    templates: Path,
    *,
    approval: str = "unapproved",
    trust: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the report as UTF-8. ``templates`` is the folder that holds ``report.md.j2``.

    ``approval`` and ``trust`` are those of the run's predicate.
    """
    summary = summarise(document, words)
    return render(templates, TEMPLATE, summary=summary, document=document, words=words, approval=approval, trust=trust)
