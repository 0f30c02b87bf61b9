"""GitLab's code-quality report: one entry for each finding that is a problem, as the CodeClimate form has it.

Rules kept here: an entry is a problem by definition, so what passed is not in it; what is inconclusive is one.
Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json

from auditor.adapters.reports.machine import PROBLEMS, Run, findings, shown

SEVERITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


def render_code_quality(run: Run) -> bytes:
    """Return the problems of the run as a JSON list in UTF-8."""
    entries = [
        {
            "description": shown(one),
            "check_name": one.control,
            "fingerprint": one.fingerprint,
            "severity": SEVERITY[one.severity],
            "location": {"path": f"policies/{one.file}", "lines": {"begin": 1}},
        }
        for one in findings(run)
        if one.verdict in PROBLEMS
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False).encode() + b"\n"
