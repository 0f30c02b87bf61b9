"""The declared tables of a snapshot: Arrow schema, unit and meaning of each column, sort order.

Rules kept here: a table is declared in one place, in the module of its kind. Canonical units are integer microseconds
(``us``), integer counts (``1``), integer billionths of a currency and UTC instants; every column states its unit and
meaning in its field metadata; nullable only where the source may honestly not say. Identifiers are the two signed
64-bit halves (``*_hi``, ``*_lo``) of the first 128 bits of SHA-256 of the source's id.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from auditor.tables import (
    audit,
    bedrock,
    deployment,
    flags,
    operations,
    personal_data,
    privacy,
    quality,
    records,
    residency,
    rollout,
    security,
    state,
    traffic,
    trail,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from auditor.columns import Table

TABLES: dict[str, Table] = {
    table.name: table
    for group in (
        traffic,
        audit,
        flags,
        state,
        deployment,
        quality,
        operations,
        residency,
        bedrock,
        trail,
        rollout,
        security,
        privacy,
        records,
        personal_data,
    )
    for table in group.TABLES
}


@cache
def schema(name: str) -> pa.Schema:
    """Return the Arrow schema of table ``name``; raises ``KeyError`` for an undeclared table."""
    return TABLES[name].schema()


def identifier_halves(value: str) -> tuple[int, int]:
    """Return the two signed 64-bit halves of the first 128 bits of SHA-256 of ``value`` (UTF-8)."""
    digest = hashlib.sha256(value.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True), int.from_bytes(digest[8:16], "big", signed=True)
