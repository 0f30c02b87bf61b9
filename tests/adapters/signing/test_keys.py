"""File keys: whole, private, never overwritten, named by their SPKI."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.signing.keys import (
    SCHEMES,
    generate_key,
    is_encrypted,
    load_public_key,
    load_signer,
)
from auditor.core.canonical import sha256_hex
from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_key_is_named_by_what_openssl_says_its_spki_is(tmp_path: Path, scheme: str) -> None:
    key = generate_key(tmp_path / "key.pem", scheme)
    command = ["openssl", "pkey", "-in", str(key.private_path), "-pubout", "-outform", "DER"]
    spki = subprocess.run(command, check=True, capture_output=True).stdout
    assert key.key_id == sha256_hex(spki)
    assert load_signer(key.private_path).public_key.keyid == key.key_id
    assert load_public_key(key.public_path.read_bytes(), "here").keyid == key.key_id


def test_files_and_their_modes(tmp_path: Path) -> None:
    key = generate_key(tmp_path / "key.pem")
    assert key.private_path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE(key.private_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.public_path.stat().st_mode) == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pem", "key.pem.pub"]


@pytest.mark.parametrize("existing", ["key.pem", "key.pem.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("mine")
    with pytest.raises(UsageError, match="never overwritten"):
        generate_key(tmp_path / "key.pem")
    assert [path.name for path in tmp_path.iterdir()] == [existing]
    assert (tmp_path / existing).read_text() == "mine"


def test_not_even_through_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="never overwritten"):
        generate_key(tmp_path / "key.pem")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        generate_key(tmp_path / "none" / "key.pem")


def test_an_unknown_scheme_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'rsa'"):
        generate_key(tmp_path / "key.pem", "rsa")
    assert not list(tmp_path.iterdir())


def test_a_passphrase_locks_the_key(tmp_path: Path) -> None:
    key = generate_key(tmp_path / "key.pem", passphrase=lambda: b"correct horse")
    assert b"ENCRYPTED PRIVATE KEY" in key.private_path.read_bytes()
    assert load_signer(key.private_path, passphrase=lambda: b"correct horse").public_key.keyid == key.key_id
    for wrong in (None, lambda: b"battery staple"):
        with pytest.raises(UsageError, match=r"key\.pem: no "):
            load_signer(key.private_path, passphrase=wrong)


def test_whether_a_key_is_locked_is_seen_without_its_passphrase(tmp_path: Path) -> None:
    open_key = generate_key(tmp_path / "open.pem")
    locked = generate_key(tmp_path / "locked.pem", passphrase=lambda: b"correct horse")
    legacy = tmp_path / "legacy.pem"
    command = ["openssl", "ec", "-aes256", "-passout", "pass:x", "-out", legacy]
    p256 = generate_key(tmp_path / "p256.pem", "ecdsa-p256").private_path
    subprocess.run([*command, "-in", p256], check=True, capture_output=True)
    assert [is_encrypted(path) for path in (open_key.private_path, locked.private_path, legacy)] == [False, True, True]
    with pytest.raises(UsageError, match="cannot be read"):
        is_encrypted(tmp_path / "none.pem")


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="empty"):
        generate_key(tmp_path / "key.pem", passphrase=lambda: b"")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("algorithm", [["RSA"], ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], ["X25519"]])
def test_other_kinds_of_key_are_refused(tmp_path: Path, algorithm: list[str]) -> None:
    private, public = tmp_path / "key.pem", tmp_path / "key.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", *algorithm, "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    with pytest.raises(UsageError, match="expected Ed25519 or ECDSA P-256"):
        load_signer(private)
    with pytest.raises(UsageError, match="expected Ed25519 or ECDSA P-256"):
        load_public_key(public.read_bytes(), "key.pub")


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(UsageError, match=r"key\.pem: no unencrypted PEM private key"):
        load_signer(tmp_path / "key.pem")
    with pytest.raises(UsageError, match="here: no PEM public key"):
        load_public_key(content, "here")


def test_a_key_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_signer(tmp_path / "none.pem")


def test_a_private_key_is_no_public_key(tmp_path: Path) -> None:
    key = generate_key(tmp_path / "key.pem")
    with pytest.raises(UsageError, match="no PEM public key"):
        load_public_key(key.private_path.read_bytes(), "here")
