"""Decides an archived run again, from the files of its bundle alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.reports.markdown import control_words, render_markdown
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.shell.decide import Inputs, decide


def replay(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"decisions": document, "report": text}`` of the bundle ``root`` for ``profile`` as of ``as_of``.

    Args:
        arguments: ``root`` (path of the bundle), ``profile`` (id), ``as_of`` (RFC 3339), ``templates`` (path).
    """
    root = Path(arguments["root"])
    snapshot = open_snapshot(root / layout.SNAPSHOT)
    pack = load_pack(root / layout.POLICIES)
    profile = load_profile(pack, arguments["profile"])
    inputs = Inputs(snapshot, pack, profile, datetime.fromisoformat(arguments["as_of"]))
    with WasmEngine(pack) as engine:
        decisions, _ = decide(inputs, engine)
    report = render_markdown(decisions.document, control_words(pack.controls), Path(arguments["templates"]))
    return {"decisions": decisions.document, "report": report.decode()}
