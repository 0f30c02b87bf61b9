"""The private copy: of a folder or of a tar, hashed while it is made, and gone afterwards."""

from __future__ import annotations

import hashlib
import tempfile
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.bundle.container import pack_bundle
from auditor.adapters.bundle.reader import list_files
from auditor.errors import VerificationError
from auditor.shell.private_copy import private_copy
from auditor.shell.verify import verify
from sealed import Sealed, decide_alike, make_sealed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    return make_sealed(tmp_path)


@pytest.mark.parametrize("kind", ["folder", "tar"])
def test_a_copy_is_the_bundle_and_only_ours_to_read(sealed: Sealed, tmp_path: Path, kind: str) -> None:
    path = sealed.root
    if kind == "tar":
        path = tmp_path / "b.tar"
        pack_bundle(sealed.root, path)
    with private_copy(path) as (copy, digests):
        assert list_files(copy) == list_files(sealed.root)
        assert digests == {
            name: hashlib.sha256(sealed.path(name).read_bytes()).hexdigest() for name in list_files(sealed.root)
        }
        folders = {one for one in (copy, *copy.rglob("*")) if one.is_dir()}
        assert {one.stat().st_mode & 0o777 for one in folders} == {0o500}
        assert {(copy / name).stat().st_mode & 0o777 for name in digests} == {0o400}
        assert copy.parent.stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "scratch").iterdir()) == []


def test_an_empty_folder_is_copied_so_that_it_is_refused(sealed: Sealed) -> None:
    sealed.path("data/empty").mkdir()
    with private_copy(sealed.root) as (copy, _):
        assert list_files(copy) == list_files(sealed.root)
    with pytest.raises(VerificationError) as caught:
        verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    assert caught.value.code == "file-unexpected"


def test_a_tar_verifies_as_the_folder_does(sealed: Sealed, tmp_path: Path) -> None:
    pack_bundle(sealed.root, tmp_path / "b.tar")
    one, other = (
        verify(path, sealed.public_pem, decide_again=decide_alike) for path in (sealed.root, tmp_path / "b.tar")
    )
    assert (one.bundle.predicate, one.notes) == (other.bundle.predicate, other.notes)


def test_a_changed_file_in_a_tar_is_refused_by_the_digest_of_the_copy(sealed: Sealed, tmp_path: Path) -> None:
    sealed.edit(layout.DECISIONS, lambda content: content.replace(b"pass", b"fail"))
    pack_bundle(sealed.root, tmp_path / "b.tar")
    for path in (sealed.root, tmp_path / "b.tar"):
        with pytest.raises(VerificationError) as caught:
            verify(path, sealed.public_pem, replay=False)
        assert caught.value.code == "digest-mismatch"
