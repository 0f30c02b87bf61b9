"""The terminal's table, at the widths that people have."""

from __future__ import annotations

import io

import pytest

from auditor.adapters.reports.terminal import print_summary
from auditor.core.summary import GateEntry, LineEntry, Summary

LINES = (
    LineEntry("a", "P95 latency <= 1.5 s (generation)", "fail", "[ ]", (), (
        "generation/direct: P95 1.880 s is over the limit 1.500 s", "generation/mcp: P95 1.359 s is within 1.500 s",
    )),
    LineEntry("b", "Trigger: P95 latency > 3.0 s for 5+ minutes", "pass", "not fired", (), ("generation: 0 min",)),
    LineEntry("c", "Inference regions", "inconclusive", "[ ]", (), (
        "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/a-name-that-is-longer-than-a-column: unknown",
    )),
    LineEntry("d", "Nothing", "not_applicable", "[n/a]", (), ()),
)  # fmt: skip
SUMMARY = Summary(
    headline="FAIL: at least one gate is not met",
    result="fail",
    scope={"system": "s", "environment": "e", "release": "r", "phase": ""},
    as_of="2025-01-14T12:00:00Z",
    profile="small",
    gates=(GateEntry("slo", "SLO", "NO-GO", "fail"), GateEntry("regions", "Regions", "NO-GO", "inconclusive")),
    lines=LINES,
)


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, columns: int, stream: io.StringIO | None = None, **options: object) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = stream or io.StringIO()
    print_summary(SUMMARY, stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_no_row_is_wider_than_the_terminal_and_no_word_is_lost(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(monkeypatch, columns, closing="Exit code 1, decided by gate slo")
    assert max(map(len, said.splitlines())) <= columns
    start = next(row.index("What decided it") for row in said.splitlines() if "What decided it" in row)
    squeezed = "".join("".join(row[start:] for row in said.splitlines()).split())
    for line in LINES:
        assert all("".join(one.split()) in squeezed for one in line.why)
    assert said.rstrip().endswith("Exit code 1, decided by gate slo")


def test_the_usual_sentence_is_one_row_at_80_columns_and_the_rest_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row[32:].rstrip() for row in shown(monkeypatch, 80).splitlines()]
    assert "generation/mcp: P95 1.359 s is within 1.500 s" in rows
    first = rows.index("generation/direct: P95 1.880 s is over the limit")
    assert rows[first + 1] == "  1.500 s"


def test_a_trigger_says_whether_it_fired_and_a_gate_why_it_is_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(monkeypatch, 80)
    assert "(not fired)" in said
    assert "Gate  slo      SLO      NO-GO\n" in "\n".join(row.rstrip() for row in said.splitlines()) + "\n"
    assert "Gate  regions  Regions  NO-GO (unknown)" in said


@pytest.mark.parametrize(
    ("no_color", "options", "colored"),
    [(None, {}, True), ("1", {}, False), ("", {}, True), (None, {"color": False}, False)],
)
def test_colours_are_for_terminals_that_want_them(
    no_color: str | None, options: dict[str, bool], *, colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[1;31m" in shown(monkeypatch, 80, Terminal(), **options)) == colored
    assert "\x1b" not in shown(monkeypatch, 80, **options)
