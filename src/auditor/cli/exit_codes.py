"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a caller is told; 70 is an uncaught error, our own fault, and never 1."""

    PASS = 0
    GATE_NOT_MET = 1
    USAGE = 2
    INCONCLUSIVE = 3
    TAMPERED = 4
    PART_FAILED = 5
    INTERNAL = 70


BY_RESULT = {
    "pass": ExitCode.PASS,
    "fail": ExitCode.GATE_NOT_MET,
    "inconclusive": ExitCode.INCONCLUSIVE,
    "not_applicable": ExitCode.INCONCLUSIVE,
}
