"""The closed list of reason codes by what they are about; each code stands once."""

from __future__ import annotations

from auditor.core.reason_codes import (
    audit,
    calls,
    deployment,
    metrics,
    operations,
    people,
    quality,
    recovery,
    security,
    traffic,
    trail,
)

FAMILIES = (audit, calls, deployment, metrics, operations, people, quality, recovery, security, traffic, trail)
SENTENCES: dict[str, str] = {code: said for family in FAMILIES for code, said in family.SENTENCES.items()}
