"""What GitHub Actions shows of a run: the step summary (Markdown) and annotations (workflow commands).

Rules kept here: a step keeps ten errors and ten warnings and drops the rest in silence, so the worst come first and the
last one of each says how many are left out; what a finding says can end no command and begin none.
Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.reports.machine import Found, Run, findings, shown
from auditor.adapters.reports.templates import cell
from auditor.core.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHOWN = 10
COMMANDS = {"fail": "error", "inconclusive": "warning"}
SEVERITIES = ("critical", "high", "medium", "low")
MARKS = {"pass": "✅", "fail": "❌", "inconclusive": "❔", "not_applicable": "⬜"}


def render_annotations(run: Run) -> bytes:
    """Return a workflow command for each problem, the worst first, at most ten of a kind."""
    found = sorted(findings(run), key=lambda one: SEVERITIES.index(one.severity))
    lines = [
        line
        for verdict, command in COMMANDS.items()
        for line in _commands(command, [one for one in found if one.verdict == verdict], run.bundle)
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _commands(command: str, found: Sequence[Found], bundle: str) -> Iterator[str]:
    kept = found if len(found) <= SHOWN else found[: SHOWN - 1]
    for one in kept:
        title = f"{one.control} ({', '.join(one.checklist) or one.line})"
        yield f"::{command} file=policies/{_property(one.file)},title={_property(title)}::{_data(shown(one))}"
    if len(kept) < len(found):
        yield f"::{command} title=auditor::{len(found) - len(kept)} more are in the bundle {_data(bundle)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render_step_summary(run: Run) -> bytes:
    """Return the run as Markdown for ``$GITHUB_STEP_SUMMARY``: headline, gates, and what was not passed."""
    summary = summarise(run.document, run.words)
    parts = [f"## {cell(summary.headline)}", "", f"As of {summary.as_of}, profile `{summary.profile}`.", ""]
    parts += ["| | gate | decision |", "| --- | --- | --- |"]
    parts += [f"| {MARKS[one.verdict]} | {cell(one.title)} | {cell(one.words)} |" for one in summary.gates]
    open_lines = [one for one in summary.lines if one.verdict in COMMANDS]
    if open_lines:
        parts += ["", f"### {len(open_lines)} of {len(summary.lines)} lines are not passed", ""]
        parts += ["| | line | why |", "| --- | --- | --- |"]
        parts += [f"| {MARKS[one.verdict]} | {cell(one.title)} | {cell('; '.join(one.why))} |" for one in open_lines]
    parts += ["", f"Sealed in `{run.bundle}`; verify it with `auditor verify`.", ""]
    return "\n".join(parts).encode()
