"""CSV of a run (RFC 4180, UTF-8): a row for each finding.

Rules kept here: a cell that a spreadsheet would take for a formula is written with an apostrophe before it, as OWASP
advises; a number stays a number.
Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io

from auditor.adapters.reports.machine import Run, findings

COLUMNS = (
    "line",
    "title",
    "checklist",
    "control",
    "severity",
    "resource",
    "members",
    "verdict",
    "reason",
    "said",
    "window_start",
    "window_end",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(run: Run) -> bytes:
    """Return the findings of the run as CSV with a header row."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in findings(run):
        start, end = one.window or ("", "")
        cells = (one.line, one.title, " ".join(one.checklist), one.control, one.severity, one.resource)
        told = (one.verdict, one.reason, one.said, start, end)
        writer.writerow([*map(harmless, cells), one.members, *map(harmless, told)])
    return written.getvalue().encode()


def harmless(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet computes it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
