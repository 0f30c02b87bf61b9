"""The terminal table: a tired person sees the verdict, what decided it, and the gates, in that order of need."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from auditor.core.summary import GateEntry, Summary

STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "not_applicable": "cyan"}
SIGNS = {"pass": "PASS", "fail": "FAIL", "inconclusive": "UNKNOWN", "not_applicable": "N/A"}
SENTENCE = 48  # the sentence that nearly every run shows fits on one row of an 80-column terminal
TITLE = range(18, 41)


def print_summary(summary: Summary, stream: TextIO, *, color: bool | None = None, closing: str = "") -> None:
    """Write ``summary`` to ``stream`` as a table no wider than the terminal, then ``closing``.

    ``color`` None lets the stream and the environment (NO_COLOR) decide.
    """
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.table import Table  # noqa: PLC0415 - heavy
    from rich.text import Text  # noqa: PLC0415 - heavy

    console = Console(
        file=stream,
        no_color=True if color is False else None,
        force_terminal=True if color else None,
        highlight=False,
    )
    scope = summary.scope
    named = [scope["system"], scope["environment"], scope["release"], scope["phase"]]
    console.print(Text(" · ".join(part for part in named if part), style="bold"))
    console.print(Text(f"as of {summary.as_of} · profile {summary.profile}", style="dim"))
    console.print()
    free = console.width - len("Verdict") - 4
    title_width = max(TITLE[0], min(TITLE[-1], free - SENTENCE))
    why_width = max(SENTENCE // 2, free - title_width)
    lines = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    lines.add_column("Verdict", no_wrap=True)
    lines.add_column("Line", width=title_width, overflow="fold")
    lines.add_column("What decided it", overflow="fold")
    for line in summary.lines:
        style = STYLES[line.verdict]
        title = line.title + (f"\n({line.mark})" if line.mark in {"FIRED", "not fired"} else "")
        why = [part for one in line.why for part in _hanging(one, why_width)]
        lines.add_row(Text(SIGNS[line.verdict], style=style), Text(title), Text("\n".join(why)))
    console.print(lines)
    console.print()
    gates = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for gate in summary.gates:
        gates.add_row(
            Text("Gate"), Text(gate.gate), Text(gate.title), Text(_gate_words(gate), style=STYLES[gate.verdict])
        )
    console.print(gates)
    console.print()
    console.print(Text(summary.headline, style=STYLES[summary.result]))
    if closing:
        console.print(Text(closing))


def _hanging(sentence: str, width: int) -> list[str]:
    """Wrap one sentence so that its later rows are not taken for other sentences."""
    return wrap(sentence, width, subsequent_indent="  ", break_on_hyphens=False) or [""]


def _gate_words(gate: GateEntry) -> str:
    """Return the decision, and that it comes of not knowing where it does."""
    unknown = gate.verdict == "inconclusive" and gate.words != "UNDECIDED"
    words = f"{gate.words} (provisional)" if gate.provisional else gate.words
    return f"{words} (unknown)" if unknown else words
