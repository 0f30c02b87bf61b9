"""``auditor keygen --passphrase`` and ``auditor key show``: secrets come in three ways, and are shown in none."""

from __future__ import annotations

import os
import pty
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.signing.keys import SCHEMES
from auditor.core.canonical import sha256_hex
from console import SCRIPT, Said, script
from kms import ARN, REGION, Kms, serving_kms
from softhsm import PIN, find_module, make_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., Said]

RIGHT = "PLANTED correct horse"
WRONG = "PLANTED battery staple"


@contextmanager
def descriptor(secret: str) -> Iterator[int]:
    reader, writer = os.pipe()
    os.write(writer, f"{secret}\n".encode())
    os.close(writer)
    try:
        yield reader
    finally:
        os.close(reader)


def on_terminal(place: Path, *arguments: str, typed: str) -> tuple[int, str]:
    """Run the console script on a terminal of its own, type into it, and return its code and all that it showed."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [SCRIPT, *arguments], cwd=place, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        shown = b""
        for line in typed.splitlines():
            asked = shown.count(b": ")
            while shown.count(b": ") == asked or not shown.rstrip(b" ").endswith(b":"):
                shown += os.read(ours, 1024)
            os.write(ours, f"{line}\n".encode())
        while True:
            try:
                block = os.read(ours, 1024)
            except OSError:  # Linux's end of a terminal
                break
            if not block:
                break
            shown += block
        return process.wait(), shown.decode()
    finally:
        os.close(ours)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_show_says_what_openssl_says_of_the_key(auditor: Run, place: Path, scheme: str) -> None:
    assert auditor("keygen", "--scheme", scheme).code == 0
    convert = ["openssl", "pkey", "-in", "auditor-key.pem", "-pubout"]
    pem = subprocess.run(convert, check=True, capture_output=True, text=True).stdout
    spki = subprocess.run([*convert, "-outform", "DER"], check=True, capture_output=True).stdout
    for reference in ("auditor-key.pem", "auditor-key.pem.pub", f"file:{place / 'auditor-key.pem'}"):
        said = auditor("key", "show", reference)
        expected = f"key id:  {sha256_hex(spki)}\nscheme:  {scheme}\nwhere:   {reference}\n{pem}"
        assert said == Said(0, expected, "")


def test_a_passphrase_comes_through_a_descriptor(auditor: Run, place: Path) -> None:
    with descriptor(RIGHT) as number:
        assert auditor("keygen", "--passphrase-fd", number).code == 0
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (place / "auditor-key.pem").read_bytes()
    with descriptor(RIGHT) as number:
        said = auditor("key", "show", "auditor-key.pem", "--passphrase-fd", number)
    assert said.code == 0
    assert said.out == auditor("key", "show", "auditor-key.pem.pub").out.replace(".pub", "")


def test_a_passphrase_comes_from_a_file_that_the_environment_names(
    auditor: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = place / "secret"
    secret.write_text(RIGHT)
    secret.chmod(0o600)
    monkeypatch.setenv("AUDITOR_PASSPHRASE_FILE", str(secret))
    assert auditor("keygen", "--passphrase").code == 0
    assert auditor("key", "show", "auditor-key.pem") == auditor("key", "show", "auditor-key.pem")
    secret.chmod(0o644)
    assert "secret: others may read this secret; chmod 600" in auditor("key", "show", "auditor-key.pem").err
    with descriptor(WRONG) as number:  # a flag beats the environment
        assert auditor("key", "show", "auditor-key.pem", "--passphrase-fd", number).code == 2


def test_on_a_terminal_it_is_asked_for_and_not_echoed(place: Path) -> None:
    code, shown = on_terminal(place, "keygen", "--passphrase", typed=f"{RIGHT}\n{RIGHT}\n")
    assert (code, "New passphrase" in shown) == (0, True)
    assert "PLANTED" not in shown
    code, shown = on_terminal(place, "key", "show", "auditor-key.pem", typed=f"{RIGHT}\n")
    assert (code, "Passphrase or PIN of the signing key" in shown, "key id:" in shown) == (0, True, True)
    assert "PLANTED" not in shown


def test_without_a_terminal_the_ways_are_told(auditor: Run) -> None:
    with descriptor(RIGHT) as number:
        assert auditor("keygen", "--passphrase-fd", number).code == 0
    said = script("key", "show", "auditor-key.pem")
    assert said.code == 2
    assert "no terminal to ask on" in said.err
    assert "--passphrase-fd N or in a file that AUDITOR_PASSPHRASE_FILE names" in said.err


def test_a_wrong_or_closed_passphrase_is_told_and_shown_nowhere(auditor: Run) -> None:
    with descriptor(RIGHT) as number:
        assert auditor("keygen", "--passphrase-fd", number).code == 0
    with descriptor(WRONG) as number:
        said = auditor("key", "show", "auditor-key.pem", "--passphrase-fd", number)
    assert said.code == 2
    assert "this passphrase opens" in said.err
    assert "PLANTED" not in said.out + said.err
    assert auditor("key", "show", "auditor-key.pem", "--passphrase-fd", 987).code == 2


@pytest.mark.parametrize("reference", ["none.pem", "", "awskms:x", "pkcs11:object=a", "pkcs11:id=a?pin-value=PLANTED"])
def test_a_reference_that_names_no_key_is_usage(auditor: Run, reference: str) -> None:
    said = auditor("key", "show", reference)
    assert (said.code, said.out) == (2, "")
    assert "what to do:" in said.err
    assert "PLANTED" not in said.err


def test_show_asks_kms(auditor: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_kms(Kms()) as kms:
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", kms.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "PLANTED")
        said = auditor("key", "show", f"awskms:{ARN}")
        assert said.code == 0
        assert f"where:   awskms:{ARN}" in said.out
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
        other = auditor("key", "show", f"awskms:{ARN.replace(REGION, 'eu-west-1')}")
    assert other.code == 5
    assert "PLANTED" not in said.out + said.err + other.err


def test_show_asks_a_token(tmp_path: Path) -> None:
    before = dict(os.environ)
    try:
        token = make_token(tmp_path, find_module())
        with descriptor(PIN) as number:
            said = script("key", "show", token.uri(), "--passphrase-fd", number, pass_fds=[number])
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert said.code == 0, said.err
    assert f"key id:  {token.key.key_id}" in said.out
    assert "PLANTED" not in said.out + said.err
