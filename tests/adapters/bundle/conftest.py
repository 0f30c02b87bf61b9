"""One sealed bundle a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sealed import Sealed, make_sealed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return make_sealed(tmp_path)
