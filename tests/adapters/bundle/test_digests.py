"""Digests of many files at once, and copies that are hashed while they are made."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.bundle import digests
from auditor.adapters.bundle.digests import copy_digests, file_digests, for_each, plain_blocks, write_hashed
from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from pathlib import Path

LARGE = digests.CHUNK


def files(folder: Path, count: int = 5) -> dict[str, int]:
    for number in range(count):
        (folder / f"f{number}").write_bytes(bytes([number]) * (LARGE + number))
    return {f"f{number}": LARGE + number for number in range(count)}


def expected(folder: Path, sizes: dict[str, int]) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sizes}


def test_digests_are_sha256_in_the_order_asked(tmp_path: Path) -> None:
    sizes = files(tmp_path)
    assert list(file_digests(tmp_path, sizes).items()) == list(expected(tmp_path, sizes).items())
    assert file_digests(tmp_path, {}) == {}


def test_work_goes_on_at_once_on_as_many_threads_as_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the others, so fewer threads would never end."""
    monkeypatch.setattr(digests, "cores", lambda: 3)
    together = threading.Barrier(3, timeout=60)
    assert for_each(dict.fromkeys("abc", LARGE), lambda name: (name, together.wait() >= 0)[0]) == {
        "a": "a",
        "b": "b",
        "c": "c",
    }


def test_the_largest_are_begun_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "cores", lambda: 2)
    begun: list[str] = []
    gate = threading.Event()

    def work(name: str) -> None:
        begun.append(name)
        if len(begun) >= 2:
            gate.set()
        gate.wait(60)

    for_each({"small": 1, "large": 3 * LARGE, "middle": 2 * LARGE}, work)
    assert sorted(begun[:2]) == ["large", "middle"]


def test_the_error_is_that_of_the_first_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "cores", lambda: 2)
    later_failed = threading.Event()

    def work(name: str) -> None:
        if name == "b":
            later_failed.wait(60)
        if name == "c":
            later_failed.set()
        if name != "a":
            raise ValueError(name)

    with pytest.raises(ValueError, match="b"):
        for_each({"a": 1, "b": LARGE, "c": 2 * LARGE}, work)


def test_there_is_a_core() -> None:
    assert digests.cores() >= 1


def test_a_copy_is_the_files_and_their_digests(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    sizes = files(source)
    assert copy_digests(source, target, sizes, 0o400) == expected(source, sizes) == expected(target, sizes)
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o400}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(EngineError, match="cannot be written"):
        write_hashed(iter([b"y"]), tmp_path / "a", 0o600)
    (tmp_path / "link").symlink_to(tmp_path / "none")
    with pytest.raises(EngineError, match="cannot be written"):
        write_hashed(iter([b"y"]), tmp_path / "link", 0o600)
    assert (tmp_path / "a").read_bytes() == b"x"


@pytest.mark.parametrize(("size", "says"), [(2, "changed"), (4, "changed"), (0, "changed")])
def test_a_file_of_another_size_than_was_listed_is_not_taken(tmp_path: Path, size: int, says: str) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with pytest.raises(EngineError, match=says):
        list(plain_blocks(tmp_path / "a", "a", size))
    assert list(plain_blocks(tmp_path / "a", "a", 3)) == [b"abc"]


def test_what_became_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    (tmp_path / "twin").write_bytes(b"")
    (tmp_path / "twin-too").hardlink_to(tmp_path / "twin")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "twin", "pipe"):
        with pytest.raises(VerificationError) as caught:
            list(plain_blocks(tmp_path / name, name, 0))
        assert caught.value.code == "unsafe-entry"
    with pytest.raises(EngineError, match="cannot be read"):
        list(plain_blocks(tmp_path / "gone", "gone", 0))
