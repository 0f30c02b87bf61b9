"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """What a caller is told; 70 is an uncaught error, our own fault, and never 1."""

    PASS = 0
    GATE_NOT_MET = 1
    USAGE = 2
    INCONCLUSIVE = 3
    TAMPERED = 4
    PART_FAILED = 5
    INTERNAL = 70
    INTERRUPTED = 130


BY_RESULT = {
    "pass": ExitCode.PASS,
    "fail": ExitCode.GATE_NOT_MET,
    "inconclusive": ExitCode.INCONCLUSIVE,
    "not_applicable": ExitCode.INCONCLUSIVE,
}
WORST_FIRST = (ExitCode.GATE_NOT_MET, ExitCode.INCONCLUSIVE, ExitCode.PASS)


def worst(verdicts: Iterable[str]) -> ExitCode:
    """Return the code of the worst verdict: a fail, else one that decides nothing, else a pass; of none, no pass."""
    codes = {BY_RESULT[verdict] for verdict in verdicts}
    return next((code for code in WORST_FIRST if code in codes), ExitCode.INCONCLUSIVE)
