"""Every report that is sealed into a bundle, so that a verifier renders the same again and compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.reports.checklist import render_checklist
from auditor.adapters.reports.markdown import control_words, render_markdown
from auditor.core.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile

REPORT = "report.md"


def render_reports(
    document: dict[str, Any],
    pack: Pack,
    profile: Profile,
    templates: Path,
    *,
    approval: str,
    trust: Mapping[str, Any] | None,
    sign_offs: Sequence[Mapping[str, Any]],
) -> dict[str, bytes]:
    """Return name -> UTF-8 of each report of ``decisions.json``; the arguments are those of the reports."""
    words = control_words(pack.controls)
    report = render_markdown(document, words, templates, approval=approval, trust=trust)
    return {REPORT: report} | render_checklist(document, summarise(document, words), profile, sign_offs)
