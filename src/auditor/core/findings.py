"""From rows and decisions to findings, and from findings to lines and gates: the counting, in Python, without I/O.

Rules kept here: rows and decisions pair one to one; a decision has one of the four verdicts and a listed reason; a
row names its resource and no two rows of a query share one; an empty population is inconclusive; where a declared
clock skew changes a verdict, the verdict is inconclusive; before its window has ended only a fail stands that nothing
can mend.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor.core.reason_codes import SENTENCES
from auditor.errors import ControlError
from auditor.model import Finding, Verdict, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY_POPULATION = "(population)"
PRECEDENCE = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_APPLICABLE)


def check_rows(control: str, rows: Sequence[dict[str, Any]], members: str | None) -> None:
    """Refuse rows that cannot be findings. Raises ``ControlError`` naming control, row and column."""
    seen: set[str] = set()
    for index, row in enumerate(rows):
        resource = row.get("resource")
        if not isinstance(resource, str) or not resource:
            raise ControlError(f"control {control}, row {index}: column 'resource' is {resource!r}, expected text")
        if resource in seen:
            raise ControlError(f"control {control}, row {index}: resource {resource!r} appears twice; group the query")
        seen.add(resource)
        count = row.get(members) if members else 1
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ControlError(f"control {control}, row {index}: column {members!r} is {count!r}, expected a count")


def findings(
    line: str,
    control: str,
    window: Window,
    rows: Sequence[dict[str, Any]],
    decisions: Sequence[dict[str, Any]],
    *,
    members: str | None = None,
    sample_size: str | None = None,
) -> tuple[Finding, ...]:
    """Pair rows with decisions. An empty population is one inconclusive finding."""
    if len(rows) != len(decisions):
        raise ControlError(f"control {control}: {len(rows)} rows, but {len(decisions)} decisions")
    if not rows:
        return (Finding(line, control, EMPTY_POPULATION, 0, Verdict.INCONCLUSIVE, "no_data", None, None, 0, window),)
    return tuple(
        Finding(
            line=line,
            control=control,
            resource=row["resource"],
            members=row[members] if members else 1,
            verdict=_verdict(control, row, decision),
            reason=_reason(control, row, decision),
            observed=decision.get("observed"),
            limit=decision.get("limit"),
            sample_size=row.get(sample_size) if sample_size else None,
            window=window,
            evidence=row,
        )
        for row, decision in zip(rows, decisions, strict=True)
    )


def _verdict(control: str, row: dict[str, Any], decision: dict[str, Any]) -> Verdict:
    try:
        return Verdict(str(decision.get("verdict")))
    except ValueError as error:
        raise ControlError(f"control {control}, {row['resource']}: {error}; expected one of {list(Verdict)}") from error


def _reason(control: str, row: dict[str, Any], decision: dict[str, Any]) -> str:
    reason = decision.get("reason")
    if not isinstance(reason, str) or reason not in SENTENCES:
        raise ControlError(
            f"control {control}, {row['resource']}: reason {reason!r} is not a listed reason code",
            remedy="use one of auditor.core.reason_codes, or add it there with its sentence",
        )
    return reason


def agree_on_clocks(central: Sequence[Finding], ends: Sequence[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Return ``central`` where the readings at both ends of the clock skew agree, else inconclusive findings."""
    readings = [{one.resource: one.verdict for one in findings_} for findings_ in (central, *ends)]
    resources = {resource for reading in readings for resource in reading}
    settled = {resource for resource in resources if len({reading.get(resource) for reading in readings}) == 1}
    by_resource = {one.resource: one for group in (*ends, central) for one in group}
    result = []
    for resource in sorted(resources):
        one = by_resource[resource]
        if resource in settled:
            result.append(one)
        else:
            result.append(
                Finding(
                    one.line, one.control, resource, one.members, Verdict.INCONCLUSIVE, "clock_skew",
                    one.observed, one.limit, one.sample_size, central[0].window, one.evidence,
                )
            )  # fmt: skip
    return tuple(result)


def not_elapsed(line: str, control: str, window: Window | None) -> Finding:
    """Return the finding of a line whose window is not known yet, or has not begun."""
    return Finding(
        line, control, EMPTY_POPULATION, 0, Verdict.INCONCLUSIVE, "not_elapsed", None, None, None, window
    )  # fmt: skip


def tables_lacking(line: str, control: str, window: Window | None, tables: Sequence[str]) -> Finding:
    """Return the finding of a control that reads tables which a snapshot of an earlier day does not hold."""
    named = ", ".join(tables)
    return Finding(
        line, control, EMPTY_POPULATION, 0, Verdict.INCONCLUSIVE, "tables_lacking", named, None, None, window
    )  # fmt: skip


def while_running(found: Sequence[Finding], *, early_fail: bool) -> tuple[Finding, ...]:
    """Return the findings of a window that has not ended: what later data may change is not known yet."""
    return tuple(
        one
        if early_fail and one.verdict is Verdict.FAIL
        else replace(one, verdict=Verdict.INCONCLUSIVE, reason="not_elapsed")
        for one in found
    )


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return how many of ``verdicts`` there are of each kind; every kind is present."""
    found = Counter(verdicts)
    return {verdict.value: found[verdict] for verdict in Verdict}


def deciding_reason(verdict: Verdict, members: Sequence[tuple[Verdict, str]], otherwise: str) -> str:
    """Return the first reason among ``members`` that have ``verdict``, else ``otherwise``."""
    return next((reason for found, reason in members if found == verdict), otherwise)
