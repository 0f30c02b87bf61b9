"""A key on a PKCS#11 token, tried on SoftHSM: it signs what verifies, and each fault has its words."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.signing.envelope import open_envelope, sign
from auditor.adapters.signing.keys import load_public_key
from auditor.adapters.signing.passphrases import Secret
from auditor.adapters.signing.pkcs11_token import TokenSigner
from auditor.adapters.signing.pkcs11_uri import TokenKey, parse_uri
from auditor.adapters.signing.signers import open_signer
from auditor.errors import EngineError, UsageError
from softhsm import PIN, Token, find_module, make_token

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    before = os.environ.get("SOFTHSM2_CONF")
    yield make_token(tmp_path_factory.mktemp("token"), find_module())
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def pin(text: str = PIN) -> Secret:
    return Secret(text.encode)


@pytest.mark.parametrize(
    "named",
    [
        "object=run-key;id=%01",
        "object=run-key",
        "id=%01;type=private",
        "object=run-key;manufacturer=SoftHSM%20project",
    ],
)
def test_a_statement_that_the_token_signs_verifies(token: Token, named: str) -> None:
    signer = open_signer(token.uri(f"token=signing;{named}"), pin())
    assert signer.public_key.keyid == token.key.key_id
    content = sign(b"x" * 5000, signer)
    key = load_public_key(token.key.public_path.read_bytes(), "here")
    assert open_envelope(content, key, "here").payload == b"x" * 5000


def test_a_pin_is_asked_once_for_many_signatures(token: Token) -> None:
    asked: list[int] = []

    def ask() -> bytes:
        asked.append(1)
        return PIN.encode()

    signer = open_signer(token.uri(), Secret(ask))
    assert sign(b"one", signer) != sign(b"two", signer)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("named", "kind", "says", "remedy"),
    [
        ("token=none;object=run-key", EngineError, "NoSuchToken", "plug the token in"),
        ("token=signing;serial=0;object=run-key", EngineError, "NoSuchToken", "serial"),
        ("model=SoftHSM%20v2;object=run-key", UsageError, "MultipleTokensReturned", "name one token"),
        ("token=signing;object=none", UsageError, "NoSuchKey", "correct object or id"),
        ("token=other;object=run-key", UsageError, "NoSuchKey", "correct object or id"),
        ("token=signing;object=twin", UsageError, "MultipleObjectsReturned", "name one key"),
    ],
)
def test_what_does_not_name_one_key_is_refused(token: Token, named: str, kind: Any, says: str, remedy: str) -> None:
    with pytest.raises(kind, match=f"the token says {says}") as caught:
        open_signer(token.uri(named), pin())
    assert caught.value.message.startswith(f"pkcs11:{named.split(';', maxsplit=1)[0]}")
    assert remedy in caught.value.remedy


def test_another_curve_is_refused(token: Token) -> None:
    with pytest.raises(UsageError, match="expected Ed25519 or ECDSA P-256"):
        open_signer(token.uri("token=signing;object=p384"), pin())


@pytest.mark.parametrize("wrong", ["PLANTED-wrong", "x", "\N{SNOWMAN}" * 100])
def test_a_wrong_pin_is_told_and_shown_nowhere(token: Token, wrong: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UsageError, match="the token says Pin") as caught:
        open_signer(token.uri(), pin(wrong))
    signer = open_signer(token.uri(), pin())
    shown = f"{caught.value}{caught.value!r}{caplog.text}{vars(signer)}{signer!r}"
    assert "PLANTED" not in shown
    assert "\N{SNOWMAN}" not in shown


def test_a_pin_that_is_no_text_is_refused(token: Token) -> None:
    with pytest.raises(EngineError, match="the token says PinInvalid"):
        open_signer(token.uri(), Secret(lambda: b"\xff\xfe"))


def test_a_token_needs_a_pin(token: Token) -> None:
    with pytest.raises(UsageError, match="needs its PIN, and none was given"):
        open_signer(token.uri())


def test_a_module_that_is_none_is_said(tmp_path: Any) -> None:
    pytest.importorskip("pkcs11")
    (tmp_path / "module.so").write_text("no module")
    with pytest.raises(EngineError, match=r"module\.so: no PKCS#11 module that can be loaded"):
        open_signer(f"pkcs11:object=a?module-path={tmp_path / 'module.so'}", pin())


def test_without_its_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(EngineError, match="python-pkcs11") as caught:
        open_signer(f"pkcs11:object=a?module-path={MODULE}", pin())
    assert caught.value.remedy == "install auditor[pkcs11]"


def test_a_token_signer_is_opened_in_one_way() -> None:
    nothing: Any = None
    with pytest.raises(NotImplementedError):
        TokenSigner.from_priv_key_uri("pkcs11:x", nothing)


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("pkcs11:object=a", "module-path is missing"),
        ("pkcs11:object=a?module-path=relative.so", "no absolute path"),
        (f"pkcs11:token=a?module-path={MODULE}", "names no key"),
        (f"pkcs11:object=a;object=b?module-path={MODULE}", "object is given twice"),
        (f"pkcs11:object=a;slot-id=1?module-path={MODULE}", "attribute 'slot-id'"),
        (f"pkcs11:object?module-path={MODULE}", "attribute 'object'"),
        (f"pkcs11:object=a;type=cert?module-path={MODULE}", "type is not private"),
        (f"pkcs11:object=a%?module-path={MODULE}", "'%'"),
        (f"pkcs11:object=a%zz?module-path={MODULE}", "'%'"),
        (f"pkcs11:object=%ff?module-path={MODULE}", "not UTF-8"),
    ],
)
def test_each_fault_of_a_uri_has_its_words(uri: str, says: str) -> None:
    with pytest.raises(UsageError, match="pkcs11: URI") as caught:
        parse_uri(uri)
    assert says in caught.value.message
    assert "as in 'pkcs11:token=" in caught.value.remedy


@pytest.mark.parametrize("secret", ["pin-value=PLANTED", "pin-source=file:/PLANTED"])
def test_a_pin_in_a_uri_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(UsageError, match=secret.partition("=")[0]) as caught:
        open_signer(f"pkcs11:object=a?module-path={MODULE}&{secret}", pin())
    assert "PLANTED" not in str(caught.value)


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(
    st.builds(
        TokenKey, st.just(MODULE), token=names, serial=st.none() | names, object=names, id=st.none() | st.binary()
    )
)
def test_a_uri_written_from_what_was_read_names_the_same_key(named: TokenKey) -> None:
    assert parse_uri(f"{named}?module-path={MODULE}") == named
