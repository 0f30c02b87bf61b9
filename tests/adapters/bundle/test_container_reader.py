"""Every tar that is not the canonical one is refused, whatever other tools make of it."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.adapters.bundle import layout, ustar
from auditor.adapters.bundle.container import pack_bundle
from auditor.adapters.bundle.container_reader import read_index, unpack_bundle
from auditor.adapters.bundle.layout import Limits
from auditor.adapters.bundle.reader import check_bundle, list_files
from auditor.adapters.signing.keys import load_public_key
from auditor.core.refusals import REFUSALS
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.shell.reliance import PinnedKey
from sealed import BUNDLE_ID, Sealed, make_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Files = list[tuple[str, bytes]]
INFO = ("b/bag-info.txt", b"External-Identifier: b\n")


def tar(files: Files, end: bytes = ustar.END) -> bytes:
    """Return a tar written by our own rules, of files in the order given."""
    parts = [ustar.header(name, len(one)) + one + bytes(ustar.padding(len(one))) for name, one in files]
    return b"".join(parts) + end


def foreign(kind: int = tarfile.USTAR_FORMAT, **members: object) -> bytes:
    """Return a tar of one file as Python writes it, with some members of its header set."""
    out = io.BytesIO()
    info = tarfile.TarInfo("b/a")
    for name, value in members.items():
        setattr(info, name, value)
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        archive.addfile(info, io.BytesIO(b"x" * info.size))
    return out.getvalue()


def refusal(content: bytes, folder: Path, limits: Limits = layout.LIMITS) -> str:
    (folder / "t.tar").write_bytes(content)
    with pytest.raises(VerificationError) as caught:
        unpack_bundle(folder / "t.tar", folder / "out", limits)
    assert caught.value.code in REFUSALS
    assert sorted(path.name for path in folder.iterdir() if path.name != "t.tar" and "out" in path.name) == []
    assert not list(folder.glob(".unpacking-*"))
    return caught.value.code


def test_what_was_packed_unpacks_to_the_same_files(sealed: Sealed, tmp_path: Path) -> None:
    pack_bundle(sealed.root, tmp_path / "b.tar")
    digests = unpack_bundle(tmp_path / "b.tar", tmp_path / "again")
    assert list_files(tmp_path / "again") == list_files(sealed.root)
    assert all((tmp_path / "again" / name).read_bytes() == sealed.path(name).read_bytes() for name in digests)
    checked = check_bundle(tmp_path / "again", PinnedKey(load_public_key(sealed.public_pem, "key")).key_of, digests)
    assert checked.predicate.bundleId == BUNDLE_ID
    assert pack_bundle(tmp_path / "again", tmp_path / "b2.tar").sha256
    assert (tmp_path / "b2.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_by_our_own_rules_a_tar_is_taken(tmp_path: Path) -> None:
    (tmp_path / "t.tar").write_bytes(tar([INFO, ("b/data/x", b"1" * 512), ("b/data/y/z", b"")]))
    assert list(unpack_bundle(tmp_path / "t.tar", tmp_path / "out")) == ["bag-info.txt", "data/x", "data/y/z"]


FOREIGN: dict[str, Callable[[], bytes]] = {
    "a symbolic link": lambda: foreign(type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a hard link": lambda: foreign(type=tarfile.LNKTYPE, linkname="b/c"),
    "a device": lambda: foreign(type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    "a pipe": lambda: foreign(type=tarfile.FIFOTYPE),
    "a folder": lambda: foreign(type=tarfile.DIRTYPE),
    "a sparse file of GNU tar": lambda: foreign(tarfile.GNU_FORMAT, type=tarfile.GNUTYPE_SPARSE),
    "the old type of a file": lambda: foreign(type=tarfile.AREGTYPE),
    "a contiguous file": lambda: foreign(type=tarfile.CONTTYPE),
    "an owner": lambda: foreign(uid=1000),
    "an owner's name": lambda: foreign(uname="root"),
    "a time": lambda: foreign(mtime=1),
    "a mode": lambda: foreign(mode=0o755),
    "set-user-id": lambda: foreign(mode=0o4644),
    "an extended header": lambda: foreign(tarfile.PAX_FORMAT, pax_headers={"path": "b/other"}),
    "an extended header for a long name": lambda: foreign(tarfile.PAX_FORMAT, name="b/" + "n" * 120),
    "GNU's long name": lambda: foreign(tarfile.GNU_FORMAT, name="b/" + "n" * 120),
    "GNU's magic": lambda: foreign(tarfile.GNU_FORMAT),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_anything_else_that_is_a_tar_is_refused(name: str, tmp_path: Path) -> None:
    content = FOREIGN[name]()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert len(archive.getmembers()) == 1  # others take it
    assert refusal(content, tmp_path) == "container-not-canonical"


BAD: dict[str, tuple[str, bytes]] = {
    "nothing": ("container-not-canonical", b""),
    "the end alone": ("container-not-canonical", ustar.END),
    "no end": ("container-not-canonical", tar([INFO], b"")),
    "half an end": ("container-not-canonical", tar([INFO], ustar.ZEROS)),
    "a third zero block": ("container-not-canonical", tar([INFO], ustar.END + ustar.ZEROS)),
    "a byte after the end": ("container-not-canonical", tar([INFO], ustar.END + b"\n")),
    "a file after the end": ("container-not-canonical", tar([INFO]) + tar([("b/c", b"")])),
    "a file after one zero block": ("container-not-canonical", tar([INFO], ustar.ZEROS) + tar([("b/c", b"")])),
    "content cut off": ("container-not-canonical", tar([("b/a", b"x" * 600)])[:1000]),
    "padding that holds something": ("container-not-canonical", tar([("b/a", b"x")]).replace(b"x\0\0", b"x\0y")),
    "a file twice": ("container-not-canonical", tar([INFO, INFO])),
    "another order": ("container-not-canonical", tar([("b/b", b""), ("b/a", b"")])),
    "a file that is a folder too": ("container-not-canonical", tar([("b/a", b""), ("b/a/b", b"")])),
    "a folder and, later, a file under a file": (
        "container-not-canonical",
        tar([("b/a", b""), ("b/a-b", b""), ("b/a/b/c", b"")]),
    ),
    "a folder of another name than the bundle": (
        "container-not-canonical",
        tar([("c/bag-info.txt", INFO[1]), ("c/data/x", b"")]),
    ),
    "a second folder": ("unsafe-name", tar([("a/x", b""), ("b/x", b"")])),
    "no folder": ("unsafe-name", tar([("x", b"")])),
    "a way out": ("unsafe-name", tar([("b/../../x", b"")])),
    "an absolute path": ("unsafe-name", tar([("/etc/passwd", b"")])),
    "a way out as the folder": ("unsafe-name", tar([("../x", b"")])),
    "a hidden file": ("unsafe-name", tar([("b/.x", b"")])),
    "upper case": ("unsafe-name", tar([("b/X", b"")])),
    "an empty part": ("unsafe-name", tar([("b//x", b"")])),
    "something else": ("not-a-bundle", b"PK\x03\x04" + bytes(2000)),
    "compressed": ("not-a-bundle", b"\x1f\x8b\x08" + bytes(2000)),
    "an identifier too many": ("container-malformed", tar([("b/bag-info.txt", INFO[1] * 2)])),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_canonical_is_refused(name: str, tmp_path: Path) -> None:
    code, content = BAD[name]
    assert refusal(content, tmp_path) == code


def _set(content: bytes, part: slice, value: bytes) -> bytes:
    """Set a part of the first header, and make its checksum right again."""
    block = bytearray(content[:512])
    block[part] = value
    block[ustar.CHECKSUM] = b" " * 8
    block[ustar.CHECKSUM] = b"%06o\0 " % sum(block)
    return bytes(block) + content[512:]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (ustar.SIZE, b"0000000001 \0"),
        (ustar.SIZE, b"          1\0"),
        (ustar.SIZE, b"0o000000001\0"),
        (ustar.SIZE, b"0000000_001\0"),
        (ustar.SIZE, b"-0000000001\0"),
        (ustar.SIZE, b"\x80" + bytes(10) + b"\1"),
        (ustar.SIZE, b"zzzzzzzzzzz\0"),
        (slice(500, 512), b"x" * 12),
        (slice(5, 6), b"x"),
        (slice(0, 1), b"\xff"),
        (slice(329, 337), bytes(8)),
    ],
)
def test_another_spelling_of_the_same_header_is_refused(part: slice, value: bytes, tmp_path: Path) -> None:
    assert refusal(_set(tar([("b/a", b"x")]), part, value), tmp_path) == "container-not-canonical"


@pytest.mark.parametrize("limits", [Limits(entries=2), Limits(total_bytes=22)])
def test_more_than_was_agreed_is_refused(limits: Limits, tmp_path: Path) -> None:
    """Three entries: two files, and a folder that no entry names."""
    content = tar([INFO, ("b/data/x", b"")])
    assert refusal(content, tmp_path, limits) == "limit-exceeded"
    unpack_bundle(tmp_path / "t.tar", tmp_path / "out", Limits(entries=3, total_bytes=23))


def test_a_bag_info_that_is_too_large_is_refused(tmp_path: Path) -> None:
    head = ustar.header("b/bag-info.txt", layout.MAX_TAG_BYTES + 1)
    assert refusal(head, tmp_path) == "limit-exceeded"


def test_a_claimed_size_costs_nothing(tmp_path: Path) -> None:
    assert refusal(ustar.header("b/a", ustar.MAX_SIZE) + ustar.END, tmp_path) == "container-not-canonical"


def test_what_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "t.tar").write_bytes(tar([INFO]))
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="exists already"):
        unpack_bundle(tmp_path / "t.tar", tmp_path / "out")
    with pytest.raises(UsageError, match="cannot be made"):
        unpack_bundle(tmp_path / "t.tar", tmp_path / "none" / "out")
    with pytest.raises(UsageError, match="cannot be read"):
        unpack_bundle(tmp_path / "none.tar", tmp_path / "new")


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_plain_file_is_no_tar(kind: str, tmp_path: Path) -> None:
    (tmp_path / "t.tar").mkdir() if kind == "folder" else os.mkfifo(tmp_path / "t.tar")
    with pytest.raises(VerificationError) as caught:
        unpack_bundle(tmp_path / "t.tar", tmp_path / "out")
    assert caught.value.code == "not-a-bundle"


def test_a_tar_that_cannot_be_read_is_no_verdict() -> None:
    end, other = os.pipe()
    try:
        with pytest.raises(EngineError, match="cannot be read"):
            read_index(end, "pipe")
    finally:
        os.close(end)
        os.close(other)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sealed]:
    folder = tmp_path_factory.mktemp("packed")
    sealed = make_sealed(folder)
    pack_bundle(sealed.root, folder / "b.tar")
    return folder, sealed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 1 << 30), mask=st.integers(1, 255))
def test_any_other_byte_is_refused(packed: tuple[Path, Sealed], place: int, mask: int) -> None:
    """By the container, or, when it lies in a file, by what the file's digest says of it."""
    folder, sealed = packed
    content = bytearray((folder / "b.tar").read_bytes())
    content[place % len(content)] ^= mask
    _refused_somewhere(folder, sealed, bytes(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.tuples(st.integers(0, 100), st.integers(0, 100)), into=st.integers(0, 100))
def test_any_other_arrangement_of_blocks_is_refused(
    packed: tuple[Path, Sealed], cut: tuple[int, int], into: int
) -> None:
    folder, sealed = packed
    content = (folder / "b.tar").read_bytes()
    blocks = [content[at : at + 512] for at in range(0, len(content), 512)]
    first, last = sorted(one % (len(blocks) + 1) for one in cut)
    taken, rest = blocks[first:last], blocks[:first] + blocks[last:]
    at = into % (len(rest) + 1)
    arranged = b"".join(rest[:at] + taken + rest[at:])
    if arranged != content:
        _refused_somewhere(folder, sealed, arranged)


def _unpack_and_check(folder: Path, sealed: Sealed) -> None:
    digests = unpack_bundle(folder / "changed.tar", folder / "unpacked")
    check_bundle(folder / "unpacked", PinnedKey(load_public_key(sealed.public_pem, "key")).key_of, digests)


def _refused_somewhere(folder: Path, sealed: Sealed, content: bytes) -> None:
    (folder / "changed.tar").write_bytes(content)
    try:
        with pytest.raises(VerificationError) as caught:
            _unpack_and_check(folder, sealed)
        assert caught.value.code in REFUSALS
    finally:
        shutil.rmtree(folder / "unpacked", ignore_errors=True)
