"""The wrapper: one DSSE signature that other tools verify, and no byte that can change."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.signer import Signature, Signer

from auditor.adapters.signing.envelope import MEDIA_TYPE, open_envelope, sign, signer_of
from auditor.adapters.signing.keys import SCHEMES, generate_key, load_public_key, load_signer
from auditor.adapters.signing.timestamps import token_time
from auditor.core.canonical import canonical_json
from auditor.core.statement import PAYLOAD_TYPE
from auditor.errors import EngineError, VerificationError
from tsa import Tsa, make_tsa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}\xff opaque, not even JSON'
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(params=SCHEMES)
def key(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return generate_key(tmp_path / "key.pem", request.param)


class Misconfigured(Signer):
    """A remote signer whose settings name one key and whose service holds another."""

    def __init__(self, stated: Signer, held: Signer) -> None:
        self._stated, self._held = stated, held

    @property
    def public_key(self) -> Any:
        return self._stated.public_key

    @classmethod
    def from_priv_key_uri(cls, *_: Any) -> Any:
        raise NotImplementedError

    def sign(self, payload: bytes) -> Signature:
        return Signature(self.public_key.keyid, self._held.sign(payload).signature)


def public(key: Any) -> Any:
    return load_public_key(key.public_path.read_bytes(), "key")


def refusal(content: bytes, key: Any) -> str:
    with pytest.raises(VerificationError) as caught:
        open_envelope(content, public(key), "run.sigstore.json")
    assert "run.sigstore.json" in caught.value.message
    return caught.value.code


def test_the_payload_comes_back_as_the_bytes_that_were_signed(key: Any) -> None:
    assert open_envelope(sign(PAYLOAD, load_signer(key.private_path)), public(key), "here").payload == PAYLOAD


def test_the_form_is_a_sigstore_bundle(key: Any) -> None:
    wrapper = json.loads(sign(PAYLOAD, load_signer(key.private_path)))
    assert wrapper["mediaType"] == MEDIA_TYPE == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert wrapper["verificationMaterial"] == {"publicKey": {"hint": key.key_id}, "tlogEntries": []}
    assert [one["keyid"] for one in wrapper["dsseEnvelope"]["signatures"]] == [""]


def test_openssl_verifies_the_pre_authentication_encoding(key: Any, tmp_path: Path) -> None:
    envelope = json.loads(sign(PAYLOAD, load_signer(key.private_path)))["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    pae, signature = tmp_path / "pae", tmp_path / "signature"
    pae.write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    if load_signer(key.private_path).public_key.keytype == "ed25519":
        files = ["-inkey", key.public_path, "-in", pae, "-sigfile", signature]
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", *files]
    else:
        command = ["openssl", "dgst", "-sha256", "-verify", key.public_path, "-signature", signature, pae]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    pae.write_bytes(pae.read_bytes() + b" ")
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_no_byte_of_the_wrapper_can_change(key: Any, data: st.DataObject) -> None:
    content = sign(PAYLOAD, load_signer(key.private_path))
    place = data.draw(st.integers(0, 10_000)) % len(content)
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    refusal(bytes(changed), key)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(key: Any, content: bytes) -> None:
    assert refusal(content, key) == "attestation-malformed"


def _with(*path: str | int, value: Any) -> Callable[[Any], None]:
    def change(wrapper: Any) -> None:
        for step in path[:-1]:
            wrapper = wrapper[step]
        wrapper[path[-1]] = value

    return change


SIGNATURES = ("dsseEnvelope", "signatures")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_with("mediaType", value="application/vnd.dev.sigstore.bundle+json;version=0.2"), "media-type-unknown"),
        (_with("dsseEnvelope", "payloadType", value="text/plain"), "payload-type-unknown"),
        (_with(*SIGNATURES, value=[]), "signature-count"),
        (_with(*SIGNATURES, value={"0": {}}), "signature-count"),
        (lambda w: w["dsseEnvelope"]["signatures"].append(w["dsseEnvelope"]["signatures"][0]), "signature-count"),
        (_with("verificationMaterial", "publicKey", "hint", value="0" * 64), "key-unknown"),
        (_with("verificationMaterial", "publicKey", "hint", value=None), "attestation-malformed"),
        (_with(*SIGNATURES, 0, "keyid", value="0" * 64), "hint-mismatch"),
        (_with(*SIGNATURES, 0, "keyid", value=None), "hint-mismatch"),
        (_with("extra", value=1), "attestation-malformed"),
        (_with(*SIGNATURES, 0, "extra", value=1), "attestation-malformed"),
        (_with("verificationMaterial", "tlogEntries", value=[{}]), "attestation-malformed"),
        (_with("verificationMaterial", "certificate", value={}), "attestation-malformed"),
        (_with("verificationMaterial", value=None), "attestation-malformed"),
        (_with("dsseEnvelope", value=None), "attestation-malformed"),
        (_with("dsseEnvelope", "payload", value="AAA"), "attestation-malformed"),
        (_with("dsseEnvelope", "payload", value="AAE"), "attestation-malformed"),
        (_with("dsseEnvelope", "payload", value="AAB="), "attestation-malformed"),
        (_with("dsseEnvelope", "payload", value="é"), "attestation-malformed"),
        (_with("dsseEnvelope", "payload", value=7), "attestation-malformed"),
        (_with("dsseEnvelope", "payload", value=base64.b64encode(b"other").decode()), "signature-invalid"),
        (_with(*SIGNATURES, 0, "sig", value=""), "signature-invalid"),
        (_with(*SIGNATURES, 0, "sig", value=base64.b64encode(bytes(64)).decode()), "signature-invalid"),
        (
            _with(*SIGNATURES, 0, "sig", value=base64.b64encode(b"\x30\x06\x02\x01\x00\x02\x01\x00").decode()),
            "signature-invalid",
        ),
    ],
)
def test_each_lie_of_the_wrapper_has_its_name(key: Any, change: Callable[[Any], None], code: str) -> None:
    wrapper = json.loads(sign(PAYLOAD, load_signer(key.private_path)))
    change(wrapper)
    assert refusal(canonical_json(wrapper), key) == code


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda content: json.dumps(json.loads(content), indent=1).encode(),
        lambda content: content + b"\n",
        lambda content: content.replace(b'{"dsse', b'{"mediaType":"x","dsse', 1),
        lambda content: content.replace(b'"keyid"', b'"\\u006beyid"'),
        lambda content: content.replace(b'"hint":"', b'"hint":"\\ud800'),
    ],
)
def test_another_spelling_of_the_same_json_is_refused(key: Any, rewrite: Callable[[bytes], bytes]) -> None:
    assert refusal(rewrite(sign(PAYLOAD, load_signer(key.private_path))), key) == "attestation-malformed"


def test_another_key_is_refused_even_when_it_borrows_the_name(key: Any, tmp_path: Path) -> None:
    other = load_signer(generate_key(tmp_path / "other.pem").private_path)
    assert refusal(sign(PAYLOAD, other), key) == "key-unknown"
    wrapper = json.loads(sign(PAYLOAD, other))
    _with("verificationMaterial", "publicKey", "hint", value=key.key_id)(wrapper)
    assert refusal(canonical_json(wrapper), key) == "signature-invalid"


def test_an_ecdsa_signature_has_a_twin_so_it_is_never_an_identity(tmp_path: Path) -> None:
    key = generate_key(tmp_path / "key.pem", "ecdsa-p256")
    content = sign(PAYLOAD, load_signer(key.private_path))
    wrapper = json.loads(content)
    r, s = decode_dss_signature(base64.b64decode(wrapper["dsseEnvelope"]["signatures"][0]["sig"]))
    twin = base64.b64encode(encode_dss_signature(r, P256_ORDER - s)).decode()
    _with(*SIGNATURES, 0, "sig", value=twin)(wrapper)
    assert canonical_json(wrapper) != content
    assert open_envelope(canonical_json(wrapper), public(key), "here").payload == PAYLOAD


def test_a_signer_that_does_not_work_is_noticed_before_anything_is_sealed(tmp_path: Path) -> None:
    one, other = (load_signer(generate_key(tmp_path / name).private_path) for name in ("one", "other"))
    with pytest.raises(EngineError, match="does not work"):
        sign(PAYLOAD, Misconfigured(one, other))


def test_the_payload_type_is_covered_by_the_signature() -> None:
    assert PAYLOAD_TYPE == "application/vnd.in-toto+json"


STAMPS = ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps")


@pytest.fixture(scope="module")
def tsa() -> Tsa:
    return make_tsa(datetime(2026, 3, 1, 12, 5, tzinfo=UTC))


def test_a_token_over_the_raw_signature_is_sealed_with_it(key: Any, tsa: Tsa) -> None:
    content = sign(PAYLOAD, load_signer(key.private_path), tsa.stamp)
    opened = open_envelope(content, public(key), "here")
    assert (opened.payload, opened.key_id) == (PAYLOAD, key.key_id)
    assert token_time(opened.timestamp, opened.signature, [tsa.authority], "here") == tsa.now
    stamps = json.loads(content)["verificationMaterial"]["timestampVerificationData"]
    assert stamps == {"rfc3161Timestamps": [{"signedTimestamp": base64.b64encode(opened.timestamp or b"").decode()}]}
    assert signer_of(content, "here") == key.key_id


def test_openssl_verifies_the_token_in_our_bundle(key: Any, tsa: Tsa, tmp_path: Path) -> None:
    wrapper = json.loads(sign(PAYLOAD, load_signer(key.private_path), tsa.stamp))
    stamp = wrapper["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"]
    (tmp_path / "token").write_bytes(base64.b64decode(stamp))
    (tmp_path / "signature").write_bytes(base64.b64decode(wrapper["dsseEnvelope"]["signatures"][0]["sig"]))
    (tmp_path / "root").write_text(tsa.root.pem)
    command = ["openssl", "ts", "-verify", "-in", "token", "-data", "signature", "-CAfile", "root"]
    moment = ["-attime", str(int(tsa.now.timestamp()))]
    assert subprocess.run([*command, *moment], check=False, capture_output=True, cwd=tmp_path).returncode == 0
    (tmp_path / "signature").write_bytes(b"another")
    assert subprocess.run([*command, *moment], check=False, capture_output=True, cwd=tmp_path).returncode != 0


@pytest.mark.parametrize(
    ("respond", "words"),
    [
        (lambda tsa, _: tsa.stamp(b"another signature"), "over something other"),
        (lambda tsa, signature: tsa.stamp(signature)[:-1], "no RFC 3161 token"),
        (lambda tsa, signature: tsa.stamp(signature) + bytes(1 << 16), "at most 65536"),
    ],
)
def test_a_token_that_cannot_be_verified_is_never_sealed(key: Any, tsa: Tsa, respond: Any, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        sign(PAYLOAD, load_signer(key.private_path), lambda signature: respond(tsa, signature))


def _second(wrapper: Any) -> None:
    stamps = wrapper["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    stamps.append(stamps[0])


@pytest.mark.parametrize(
    "change",
    [
        _second,
        _with(*STAMPS, value=[]),
        _with(*STAMPS, value=None),
        _with(*STAMPS, 0, "signedTimestamp", value="AAA"),
        _with(*STAMPS, 0, "signedTimestamp", value=None),
        _with(*STAMPS, 0, "extra", value=1),
        _with(*STAMPS[:2], "extra", value=1),
        _with(*STAMPS[:2], value=None),
        _with(*STAMPS[:2], value={}),
    ],
)
def test_there_is_one_token_or_none_in_one_spelling(key: Any, tsa: Tsa, change: Callable[[Any], None]) -> None:
    wrapper = json.loads(sign(PAYLOAD, load_signer(key.private_path), tsa.stamp))
    change(wrapper)
    assert refusal(canonical_json(wrapper), key) == "attestation-malformed"


def test_a_token_taken_away_leaves_a_signature_without_time(key: Any, tsa: Tsa) -> None:
    wrapper = json.loads(sign(PAYLOAD, load_signer(key.private_path), tsa.stamp))
    del wrapper["verificationMaterial"]["timestampVerificationData"]
    assert open_envelope(canonical_json(wrapper), public(key), "here").timestamp is None


def test_a_signer_is_named_by_a_canonical_wrapper_only(key: Any) -> None:
    content = sign(PAYLOAD, load_signer(key.private_path))
    with pytest.raises(VerificationError, match="here: not the canonical form"):
        signer_of(content + b"\n", "here")
