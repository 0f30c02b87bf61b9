"""One small snapshot a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from snapshots import Stored, stored_snapshot

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return stored_snapshot(tmp_path / "snapshot")
