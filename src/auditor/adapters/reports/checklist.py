"""The completed checklist of a run, in Markdown and in JSON, made from ``decisions.json`` and the profile alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditor.core.checklist import checklist_entries, fill_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.adapters.policies.profile import Profile
    from auditor.core.summary import Summary

MARKDOWN, JSON = "checklist.md", "checklist.json"
EVIDENCE = "report.md#"


def render_checklist(
    document: Mapping[str, Any], summary: Summary, profile: Profile, sign_offs: Sequence[Mapping[str, Any]]
) -> dict[str, bytes]:
    """Return name -> UTF-8 of both forms; nothing for a profile that fills in no document.

    ``document`` is the parsed ``decisions.json``, ``summary`` its words, ``sign_offs`` the rows of that table.
    """
    if profile.checklist is None:
        return {}
    rows = {line.id: line.at for line in profile.document.lines if line.at is not None}
    traffic = {name: _traffic(name, profile) for name in rows}
    entries = checklist_entries(rows, document, summary.lines, sign_offs, traffic)
    stated = {
        "schemaVersion": 1,
        "scope": document["scope"],
        "asOf": document["asOf"],
        "profile": document["profile"],
        "status": next(
            ({"status": g["decision"], "rule": g["rule"]} for g in document["gates"] if g["kind"] == "status"), None
        ),
        "lines": [entry.document() for entry in entries],
    }
    return {
        MARKDOWN: fill_in(profile.checklist, entries, EVIDENCE).encode(),
        JSON: (json.dumps(stated, ensure_ascii=False, indent=2) + "\n").encode(),
    }


def _traffic(name: str, profile: Profile) -> tuple[str, ...]:
    """Return the kinds of traffic other than live in the sources that a line, or a member of it, reads."""
    line = profile.line(name)
    found: set[str | None] = {profile.document.sources[source].traffic for source in line.reads}
    for member in line.members:
        found |= set(_traffic(member, profile))
    return tuple(sorted(one for one in found if one is not None and one != "live"))
