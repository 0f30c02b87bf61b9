"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """0 pass or verified, 1 a gate not met, 2 usage, 3 inconclusive, 4 tampered, 5 a needed part failed, 70 our fault."""

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
