"""What lies at the edge of what is read: nothing, exactly enough, one too much, and what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor.adapters.bundle import reader
from auditor.adapters.bundle.layout import Limits
from auditor.adapters.bundle.reader import check_digests, list_files
from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "full").mkdir(parents=True)
    (root / "none").mkdir()
    (root / "full" / "b").write_bytes(b"12345")
    (root / "a").write_bytes(b"123")
    return root


def test_files_are_sizes_and_an_empty_folder_is_nothing_that_must_be_accounted_for(folder: Path) -> None:
    assert list_files(folder) == {"a": 3, "full/b": 5, "none/": 0}


def test_exactly_as_much_as_may_be_is_listed(folder: Path) -> None:
    assert list_files(folder, Limits(entries=4, total_bytes=8))


@pytest.mark.parametrize("limits", [Limits(entries=3, total_bytes=8), Limits(entries=4, total_bytes=7)])
def test_one_more_is_refused(folder: Path, limits: Limits) -> None:
    with pytest.raises(VerificationError) as caught:
        list_files(folder, limits)
    assert caught.value.code == "limit-exceeded"


def test_a_folder_with_nothing_in_it_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="empty") as caught:
        list_files(tmp_path)
    assert caught.value.code == "not-a-bundle"


def test_a_file_of_exactly_the_allowed_size_is_read(folder: Path) -> None:
    assert reader._read(folder, "a", {"a": 3}, 3) == b"123"
    with pytest.raises(VerificationError) as caught:
        reader._read(folder, "a", {"a": 3}, 2)
    assert caught.value.code == "limit-exceeded"


def test_what_cannot_be_read_any_more_is_no_verdict(folder: Path) -> None:
    with pytest.raises(EngineError, match="gone: cannot be read"):
        reader._read(folder, "gone", {"gone": 1})
    with pytest.raises(EngineError, match="gone: cannot be read"):
        check_digests(folder, {"gone": "0" * 64}, {"gone": 1})
    with pytest.raises(EngineError, match="gone: cannot be read"):
        reader._entries(folder, "gone/")
