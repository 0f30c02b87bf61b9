"""Which gates the exit code speaks of (``--gate``), and how that is said.

Rules kept here: an unknown gate is refused before anything is collected; a gate that was named counts even when it does
not apply, and then it is no pass; what did not count is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.cli.exit_codes import BY_RESULT, ExitCode, worst
from auditor.cli.options import nearest
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.policies.profile import Profile
    from auditor.core.summary import GateEntry, Summary


def check_gates(profile: Profile, names: Sequence[str]) -> None:
    """Refuse a name that is no gate of ``profile``, with the gates there are."""
    known = [gate.id for gate in profile.document.gates]
    for name in names:
        if name not in known:
            raise UsageError(
                f"--gate {name!r}: profile {profile.document.id} has no such gate{nearest(name, known)}; "
                f"it has: {', '.join(known)}",
                remedy="give one of them, or leave --gate out and every gate counts",
            )


def exit_code(summary: Summary, names: Sequence[str], *, waivers: bool = False) -> ExitCode:
    """Return the exit code of a run: that of all its gates, or of those that were named.

    With ``waivers`` a gate whose every fail is waived counts as met.
    """
    if not names and not any(gate.waived for gate in summary.gates if waivers):
        return BY_RESULT[summary.result]
    return worst(_counted(gate, waivers=waivers) for gate in summary.gates if not names or gate.gate in names)


def _counted(gate: GateEntry, *, waivers: bool) -> str:
    return "pass" if gate.waived and waivers else gate.verdict


def explain(summary: Summary, names: Sequence[str], code: ExitCode, *, waivers: bool = False) -> str:
    """Say which gates decided the exit code, which did not count, and which count only for their waivers."""
    said = _explained(summary, names, code, waivers=waivers)
    waived = [gate.gate for gate in summary.gates if gate.waived and (not names or gate.gate in names)]
    if not waived:
        return said
    how = "met by their waivers (--accept-waivers)" if waivers else "waived, and met only under --accept-waivers"
    return f"{said}; {how}: {', '.join(waived)}"


def _explained(summary: Summary, names: Sequence[str], code: ExitCode, *, waivers: bool) -> str:
    if not names and code == ExitCode.PASS:
        return "Exit code 0"
    counted = [gate for gate in summary.gates if not names or gate.gate in names]
    deciding = [gate.gate for gate in counted if BY_RESULT[_counted(gate, waivers=waivers)] == code]
    left_out = [gate.gate for gate in summary.gates if gate not in counted]
    said = f"Exit code {int(code)}, decided by gate{'s' if len(deciding) > 1 else ''} {', '.join(deciding)}"
    return f"{said} alone (--gate); not counted: {', '.join(left_out)}" if left_out else said
