"""The closed list of reason codes by what they are about; each code stands once."""

from __future__ import annotations

from auditor.core.reason_codes import (
    audit,
    calls,
    deployment,
    duties,
    metrics,
    operations,
    people,
    quality,
    recovery,
    residency,
    security,
    traffic,
    trail,
)

FAMILIES = (
    audit,
    calls,
    deployment,
    duties,
    metrics,
    operations,
    people,
    quality,
    recovery,
    residency,
    security,
    traffic,
    trail,
)
SENTENCES: dict[str, str] = {code: said for family in FAMILIES for code, said in family.SENTENCES.items()}
