"""The closed list of reason codes by what they are about; each code stands once."""

from __future__ import annotations

from auditor.core.reason_codes import audit, deployment, metrics, operations, people, quality, recovery, traffic

FAMILIES = (audit, deployment, metrics, operations, people, quality, recovery, traffic)
from auditor.core.reason_codes import audit, deployment, operations, people, quality, recovery, security, traffic

FAMILIES = (audit, deployment, operations, people, quality, recovery, security, traffic)
from auditor.core.reason_codes import audit, deployment, operations, people, quality, recovery, traffic, trail

FAMILIES = (audit, deployment, operations, people, quality, recovery, traffic, trail)
SENTENCES: dict[str, str] = {code: said for family in FAMILIES for code, said in family.SENTENCES.items()}
