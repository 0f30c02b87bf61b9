"""One small snapshot a test: of every table, or of the one that the test is about, so that many tests stay cheap."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from auditor.adapters.snapshot import reader
from auditor.tables import TABLES
from snapshots import Stored, stored_snapshot


@cache
def whole() -> Path:
    return stored_snapshot(Path(mkdtemp(prefix="auditor-tests-snapshot-")) / "snapshot").root


@pytest.fixture
def stored(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """Return a snapshot; for a test with a parameter ``table``, one in a program that declares that table alone."""
    found = Stored(Path(shutil.copytree(whole(), tmp_path / "snapshot")))
    table = getattr(request.node, "callspec", None) and request.node.callspec.params.get("table")
    if table:
        monkeypatch.setattr(reader, "TABLES", {table: TABLES[table]})
        for name in TABLES.keys() - {table}:
            (found.root / f"{name}.parquet").unlink()
        found.manifest["tables"] = [found.entry(table)]
        found.save()
    return found
