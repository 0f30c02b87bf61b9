"""One bundle, one tar: the bytes that GNU tar writes of it, read by whoever reads tars."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.bundle import container, layout, ustar
from auditor.adapters.bundle.container import pack_bundle
from auditor.adapters.bundle.reader import list_files
from auditor.errors import EngineError, UsageError, VerificationError
from sealed import BUNDLE_ID, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PART = st.from_regex(layout.NAME, fullmatch=True).filter(lambda part: len(part) <= 128)
PATH = st.lists(PART, min_size=1, max_size=5).map("/".join)


def test_the_same_bundle_gives_the_same_bytes_wherever_it_lies(sealed: Sealed, tmp_path: Path) -> None:
    packed = pack_bundle(sealed.root, tmp_path / "one.tar")
    moved = shutil.copytree(sealed.root, tmp_path / "moved", copy_function=shutil.copyfile)
    for path in moved.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    assert pack_bundle(moved, tmp_path / "other.tar") == packed
    content = (tmp_path / "one.tar").read_bytes()
    assert (tmp_path / "other.tar").read_bytes() == content
    assert packed == (hashlib.sha256(content).hexdigest(), len(content))


def test_gnu_tar_writes_the_same_bytes(sealed: Sealed, tmp_path: Path) -> None:
    pack_bundle(sealed.root, tmp_path / "ours.tar")
    names = "".join(f"{BUNDLE_ID}/{name}\n" for name in list_files(sealed.root))
    command = ["tar", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mode=0644", "--mtime=@0"]
    command += ["-b1", "-cf", str(tmp_path / "gnu.tar"), "-C", str(sealed.root.parent), "-T", "-"]
    if b"GNU tar" not in subprocess.run(["tar", "--version"], capture_output=True, check=True).stdout:
        pytest.skip("another tar than GNU's")
    subprocess.run(command, input=names.encode(), check=True)
    assert (tmp_path / "ours.tar").read_bytes() == (tmp_path / "gnu.tar").read_bytes()


def test_tar_bagit_and_sha256sum_take_what_was_packed(sealed: Sealed, tmp_path: Path) -> None:
    pack_bundle(sealed.root, tmp_path / "b.tar")
    subprocess.run(["tar", "-xf", "b.tar"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "-c", "--quiet", layout.MANIFEST], cwd=tmp_path / BUNDLE_ID, check=True)
    assert bagit.Bag(str(tmp_path / BUNDLE_ID)).is_valid()
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o644


@given(PATH, st.integers(0, ustar.MAX_SIZE))
def test_a_header_is_one_that_python_reads_or_none(path: str, size: int) -> None:
    try:
        block = ustar.header(path, size)
    except ValueError:
        head, _, tail = path[: ustar.MAX_PREFIX + 1].rpartition("/")
        assert len(path) > ustar.MAX_NAME
        assert not head or len(path) - len(head) - 1 > ustar.MAX_NAME, tail
        return
    info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    assert (info.name, info.size, info.mode, info.type) == (path, size, 0o644, tarfile.REGTYPE)
    assert (info.uid, info.gid, info.mtime, info.uname, info.gname, info.linkname) == (0, 0, 0, "", "", "")
    assert ustar.claimed(block) == (path, size)
    assert len(block) == ustar.BLOCK


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("x" * 100, ("", "x" * 100)),
        ("a/" + "x" * 99, ("a", "x" * 99)),
        ("a/" + "b" * 50 + "/" + "c" * 60 + "/d", ("a/" + "b" * 50 + "/" + "c" * 60, "d")),
        ("p" * 155 + "/" + "n" * 100, ("p" * 155, "n" * 100)),
    ],
)
def test_a_path_is_cut_at_the_last_slash_that_will_do(path: str, parts: tuple[str, str]) -> None:
    assert ustar.split(path) == parts


@pytest.mark.parametrize("path", ["x" * 101, "p" * 156 + "/n", "p/" + "n" * 101, "p" * 120 + "/"])
def test_a_path_that_cannot_be_cut_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no slash"):
        ustar.split(path)


@pytest.mark.parametrize("size", [-1, 8**11])
def test_a_size_that_eleven_octal_digits_cannot_say_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="at most 8589934591"):
        ustar.header("a", size)


def test_a_file_of_8_gib_is_refused_before_anything_is_written(sealed: Sealed, tmp_path: Path) -> None:
    with sealed.path("data/snapshot/big.parquet").open("wb") as file:
        file.truncate(8 << 30)
    with pytest.raises(UsageError, match=r"big\.parquet: 8589934592 bytes"):
        pack_bundle(sealed.root, tmp_path / "b.tar")
    assert left(tmp_path) == []


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "pack" in path.name or path.suffix == ".tar")


def test_what_is_there_is_never_replaced(sealed: Sealed, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists already"):
        pack_bundle(sealed.root, tmp_path / "b.tar")
    assert left(tmp_path) == ["b.tar"]
    assert (tmp_path / "b.tar").read_bytes() == b"mine"


def test_a_place_that_is_none_is_usage(sealed: Sealed, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        pack_bundle(sealed.root, tmp_path / "none" / "b.tar")


@pytest.mark.parametrize(
    ("code", "attack"),
    [
        ("file-unexpected", lambda one: one.path("data/empty").mkdir()),
        ("unsafe-entry", lambda one: one.path("data/link").symlink_to("/etc/hostname")),
        ("unsafe-name", lambda one: one.path("data/A").write_bytes(b"")),
        ("not-a-bundle", lambda one: one.path("bag-info.txt").unlink()),
        ("container-malformed", lambda one: one.path("bag-info.txt").write_bytes(b"External-Identifier: ../x\n")),
        ("container-malformed", lambda one: one.edit("bag-info.txt", lambda content: content * 2)),
        ("limit-exceeded", lambda one: os.truncate(one.path("bag-info.txt"), layout.MAX_TAG_BYTES + 1)),
    ],
)
def test_what_is_no_bundle_is_not_packed(code: str, attack: object, sealed: Sealed, tmp_path: Path) -> None:
    attack(sealed)  # type: ignore[operator]
    with pytest.raises(VerificationError) as caught:
        pack_bundle(sealed.root, tmp_path / "b.tar")
    assert caught.value.code == code
    assert left(tmp_path) == []


@pytest.mark.parametrize("change", [b"longer by this", b""])
def test_a_file_that_changes_meanwhile_fails_and_leaves_nothing(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: bytes
) -> None:
    """The file is another one once the first block is written."""
    write = container._write

    def then_change(file: object, blocks: Iterator[bytes]) -> object:
        sealed.path(layout.DECISIONS).write_bytes(change)
        return write(file, blocks)  # type: ignore[arg-type]

    monkeypatch.setattr(container, "_write", then_change)
    with pytest.raises(EngineError, match="changed while it was read"):
        pack_bundle(sealed.root, tmp_path / "b.tar")
    assert left(tmp_path) == []
