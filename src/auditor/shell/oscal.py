"""Reads from a bundle what an OSCAL export is made of; whether it is genuine is `auditor verify`'s question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.policies.framework import load_frameworks
from auditor.adapters.policies.pack import tables_read
from auditor.adapters.policies.windowed import mentions
from auditor.adapters.reports.markdown import control_words
from auditor.adapters.reports.oscal.source import Source
from auditor.adapters.signing.envelope import unverified_payload
from auditor.core.canonical import sha256_hex, strict_json
from auditor.core.run_predicate import read_run_statement
from auditor.errors import UsageError
from auditor.shell.replay import statements
from auditor.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack


def oscal_source(document: dict[str, Any], pack: Pack, bundle: Path) -> Source:
    """Return the source of an export of ``bundle``, whose ``decisions.json`` is ``document`` and pack ``pack``.

    Raises:
        UsageError: there is no statement of a run.
        VerificationError: its statement is of another form.
        SnapshotError: there are no tables of what people signed.
    """
    path = bundle / layout.ATTESTATION
    try:
        payload, _ = unverified_payload(path.read_bytes(), str(path))
        _, predicate = read_run_statement(strict_json(payload, max_bytes=layout.MAX_TAG_BYTES))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: no statement of a run ({error})", remedy="name the folder of a bundle; see `auditor verify`"
        ) from error
    return Source(
        predicate,
        sha256_hex(payload),
        document,
        pack,
        control_words(pack.controls),
        load_frameworks(pack.root),
        statements(bundle / layout.EVIDENCE_TABLES).tables["sign_offs"],
        {name: _tables(pack, control.sql) for name, control in pack.controls.items()},
    )


def _tables(pack: Pack, sql: str) -> tuple[str, ...]:
    """Return the tables of a snapshot that a query reads, itself or through derived ones, sorted."""
    texts = [sql, *(table.sql for table in tables_read(pack, [sql]))]
    return tuple(sorted(set().union(*(mentions(text, TABLES) for text in texts))))
