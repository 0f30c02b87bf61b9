"""References: what they name, and file keys by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.adapters.signing.signers import Reference, open_signer, parse_reference
from auditor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("key.pem", Reference("file:", "key.pem")),
        ("file:/keys/key.pem", Reference("file:", "/keys/key.pem")),
        ("C:key.pem", Reference("file:", "C:key.pem")),
        ("awskms:alias/run-key", Reference("awskms:", "alias/run-key")),
        ("pkcs11:object=a", Reference("pkcs11:", "pkcs11:object=a")),
    ],
)
def test_what_a_reference_names(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference
    assert (reference.path is not None) == (reference.store == "file:")


@pytest.mark.parametrize("text", ["", "file:", "awskms:", "pkcs11:"])
def test_an_empty_reference_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="the key reference is empty"):
        parse_reference(text)


def never() -> bytes:
    pytest.fail("the passphrase of a key that needs none was asked")


def test_a_file_key_is_opened_and_a_passphrase_asked_only_if_it_is_locked(tmp_path: Path) -> None:
    plain = generate_key(tmp_path / "plain.pem")
    locked = generate_key(tmp_path / "locked.pem", passphrase=lambda: b"hunter2")
    assert open_signer(str(plain.private_path), never).public_key.keyid == plain.key_id
    assert open_signer(f"file:{locked.private_path}", lambda: b"hunter2").public_key.keyid == locked.key_id
    with pytest.raises(UsageError, match=r"locked\.pem: the key is locked by a passphrase, and none was given"):
        open_signer(str(locked.private_path))


def test_a_wrong_passphrase_is_told_and_not_shown(tmp_path: Path) -> None:
    locked = generate_key(tmp_path / "locked.pem", passphrase=lambda: b"PLANTED-right")
    with pytest.raises(UsageError, match=r"locked\.pem: no PEM private key that this passphrase opens") as caught:
        open_signer(str(locked.private_path), lambda: b"PLANTED-wrong")
    assert "PLANTED" not in f"{caught.value}{caught.value.__cause__}"
