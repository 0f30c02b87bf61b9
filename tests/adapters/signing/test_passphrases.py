"""Secrets: from a descriptor or a file, asked once, and shown nowhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.signing.passphrases import MAX_BYTES, Secret, from_descriptor, from_file
from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

LINES = [(b"secret\n", b"secret"), (b"two words\r\nmore", b"two words"), (b"", b"")]


@pytest.mark.parametrize(("sent", "read"), LINES)
def test_a_passphrase_comes_through_a_descriptor(sent: bytes, read: bytes) -> None:
    reader, writer = os.pipe()
    os.write(writer, sent)
    os.close(writer)
    try:
        assert from_descriptor(reader) == read
    finally:
        os.close(reader)


@pytest.mark.parametrize(("sent", "read"), LINES)
def test_a_passphrase_comes_from_a_file(tmp_path: Path, sent: bytes, read: bytes) -> None:
    (tmp_path / "secret").write_bytes(sent)
    assert from_file(tmp_path / "secret") == read


def test_a_closed_descriptor_or_endless_passphrase_is_said() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"x" * (MAX_BYTES + 1))
    os.close(writer)
    with pytest.raises(UsageError, match="over 1024 bytes"):
        from_descriptor(reader)
    os.close(reader)
    with pytest.raises(UsageError, match=f"file descriptor {reader}: no passphrase can be read"):
        from_descriptor(reader)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none: no passphrase can be read"):
        from_file(tmp_path / "none")


def test_a_secret_is_asked_when_it_is_needed_and_once() -> None:
    asked: list[int] = []

    def ask() -> bytes:
        asked.append(1)
        return b"hunter2"

    secret = Secret(ask)
    assert not asked
    assert (secret(), secret()) == (b"hunter2", b"hunter2")
    assert len(asked) == 1
    assert "hunter2" not in f"{secret} {secret!r}"
