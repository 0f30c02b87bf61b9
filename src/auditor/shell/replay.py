"""Decides an archived run again, from the files of its bundle alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.reports.sealed import render_reports
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.core.canonical import strict_json
from auditor.core.evidence import EvidenceTables, read_tables
from auditor.errors import SnapshotError
from auditor.shell.decide import Inputs, decide


def replay(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"decisions": document, "reports": {name: text}}`` of a bundle, decided again.

    Args:
        arguments: ``root`` (path of the bundle), ``profile`` (id), ``as_of`` (RFC 3339), ``policy_digest`` (hex),
            ``templates`` (path).
    """
    root = Path(arguments["root"])
    snapshot = open_snapshot(root / layout.SNAPSHOT, archived=True)
    pack = load_pack(root / layout.POLICIES)
    profile = load_profile(pack, arguments["profile"])
    inputs = Inputs(
        snapshot,
        pack,
        profile,
        datetime.fromisoformat(arguments["as_of"]),
        arguments["policy_digest"],
        statements(root / layout.EVIDENCE_TABLES),
    )
    with WasmEngine(pack) as engine:
        decisions, _ = decide(inputs, engine)
    reports = render_reports(
        decisions.document,
        pack,
        profile,
        Path(arguments["templates"]),
        approval=arguments["approval"],
        trust=arguments["trust"],
        sign_offs=inputs.statements.tables["sign_offs"],
    )
    return {"decisions": decisions.document, "reports": {name: text.decode() for name, text in reports.items()}}


def statements(path: Path) -> EvidenceTables:
    """Return the tables of what people signed, as a bundle holds them. Raises ``SnapshotError``."""
    try:
        return read_tables(strict_json(path.read_bytes(), max_bytes=layout.MAX_TAG_BYTES))
    except (OSError, ValueError) as error:
        raise SnapshotError(f"{layout.EVIDENCE_TABLES}: no tables of what people signed ({error})") from error
