"""What people signed, laid beside the findings it is about; no verdict changes by it.

Rules kept here: a waiver holds for one control and resource, under the very policies and at an instant inside its time;
only a fail is ever waived, for what is not known cannot be accepted; a trigger, and a control that is not waivable,
stay as they are; an adjudication stands beside the firing that it names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor.model import Finding, Verdict, epoch_us

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from auditor.core.evidence import EvidenceTables


def with_statements(
    found: Iterable[Finding], statements: EvidenceTables, *, policy_digest: str, as_of: datetime, waivable: bool
) -> tuple[Finding, ...]:
    """Return the findings of one control with the digests of the waivers and adjudications that hold for each."""
    waivers = [
        row
        for row in statements.tables["waivers"]
        if waivable and row["policy_digest"] == policy_digest and row["not_before"] <= epoch_us(as_of) < row["expiry"]
    ]
    return tuple(_with(one, waivers, statements.tables["adjudications"]) for one in found)


def _with(one: Finding, waivers: Sequence[dict[str, Any]], adjudications: Sequence[dict[str, Any]]) -> Finding:
    if one.verdict is not Verdict.FAIL:
        return one
    holding = _about(one, waivers)
    found = _about(one, [row for row in adjudications if row["line"] == one.line])
    return replace(one, waivers=holding, adjudications=found)


def _about(one: Finding, rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        sorted(row["statement"] for row in rows if (row["control"], row["resource"]) == (one.control, one.resource))
    )


def verdict_with_waivers(one: Finding) -> Verdict:
    """Return the verdict of a finding as a gate counts it that takes waivers."""
    return Verdict.PASS if one.waivers else one.verdict


def verdict_with_adjudications(one: Finding) -> Verdict:
    """Return the verdict of a finding as if a trigger that Security found to be a false positive had not fired."""
    return Verdict.PASS if one.adjudications else one.verdict
