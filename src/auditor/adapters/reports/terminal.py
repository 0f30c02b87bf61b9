"""The terminal table: a tired person sees the verdict, what decided it, and the gates, in that order of need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from auditor.core.summary import Summary

STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "not_applicable": "cyan"}
SIGNS = {"pass": "PASS", "fail": "FAIL", "inconclusive": "UNKNOWN", "not_applicable": "N/A"}


def print_summary(summary: Summary, stream: TextIO, *, color: bool | None = None, closing: str = "") -> None:
    """Write ``summary`` to ``stream`` as a table no wider than the terminal, then ``closing``.

    ``color`` None lets the stream and the environment (NO_COLOR) decide.
    """
    from rich import box  # noqa: PLC0415 - heavy
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
    lines = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    lines.add_column("Verdict", no_wrap=True)
    lines.add_column("Line", min_width=22, overflow="fold")
    lines.add_column("What decided it", overflow="fold")
    for line in summary.lines:
        style = STYLES[line.verdict]
        title = line.title + (f"\n({line.mark})" if line.mark in {"FIRED", "not fired"} else "")
        lines.add_row(Text(SIGNS[line.verdict], style=style), Text(title), Text("\n".join(line.why)))
    console.print(lines)
    gates = Table(box=None, pad_edge=False, show_header=False)
    for gate in summary.gates:
        gates.add_row(Text("Gate"), Text(gate.gate), Text(gate.title), Text(gate.words, style=STYLES[gate.verdict]))
    console.print(gates)
    console.print()
    console.print(Text(summary.headline, style=STYLES[summary.result]))
    if closing:
        console.print(Text(closing))
