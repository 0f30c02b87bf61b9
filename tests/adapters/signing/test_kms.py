"""AWS KMS, through boto3 and over HTTP: the digest is signed, and nothing of a request is told."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric import ec

from auditor.adapters.signing.envelope import open_envelope, sign
from auditor.adapters.signing.keys import named_key
from auditor.adapters.signing.kms import KmsSigner, open_kms
from auditor.adapters.signing.signers import open_signer
from auditor.errors import EngineError, UsageError
from kms import ALIAS, ARN, KEY_ID, REGION, Kms, RefusedError, serving_kms

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANTED = "PLANTEDsessionTOKEN"
LONG = b"x" * 5000


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kms]:
    """Serve a KMS that boto3 finds by its environment, as on a build machine."""
    with serving_kms(Kms()) as served:
        for name, value in {
            "AWS_ENDPOINT_URL_KMS": served.url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "PLANTEDsecretACCESSkey",
            "AWS_SESSION_TOKEN": PLANTED,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }.items():
            monkeypatch.setenv(name, value)
        yield served


@pytest.mark.parametrize("name", [KEY_ID, ARN, ALIAS, ARN.replace(f"key/{KEY_ID}", ALIAS)])
def test_a_statement_that_kms_signs_verifies(kms: Kms, name: str) -> None:
    signer = open_signer(f"awskms:{name}")
    opened = open_envelope(sign(LONG, signer), named_key(kms.private.public_key(), "here"), "here")
    assert opened.payload == LONG
    assert opened.key_id == signer.public_key.keyid


def test_kms_gets_the_digest_alone(kms: Kms) -> None:
    sign(LONG, open_kms(ARN))
    asked = kms.requests[-1]
    assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
    assert len(asked["Message"]) == 44  # base64 of 32 bytes


def test_the_region_of_an_arn_beats_the_environments(kms: Kms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert open_kms(ARN).public_key.keyid == named_key(kms.private.public_key(), "here").keyid
    with pytest.raises(EngineError, match="KMS answered SignatureDoesNotMatch"):
        open_kms(ALIAS)


def test_the_request_is_the_one_of_the_service_model() -> None:
    """botocore checks parameters and answer against AWS's own description of the service."""
    import boto3

    client = boto3.client("kms", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")  # noqa: S106 - fake
    public = named_key(ec.generate_private_key(ec.SECP256R1()).public_key(), "here")
    digest = bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")  # of "abc", FIPS 180-4
    expected = {"KeyId": ARN, "Message": digest, "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    answer = {"KeyId": ARN, "Signature": b"\x30\x00", "SigningAlgorithm": "ECDSA_SHA_256"}
    with Stubber(client) as stub:
        stub.add_response("sign", answer, expected)
        assert KmsSigner(client, ARN, public).sign(b"abc").signature == "3000"
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("change", [{"spec": "RSA_2048"}, {"spec": "ECC_NIST_P384"}, {"usage": "KEY_AGREEMENT"}])
def test_another_kind_of_key_is_refused_when_it_is_opened(kms: Kms, change: dict[str, str]) -> None:
    for name, value in change.items():
        setattr(kms, name, value)
    with pytest.raises(UsageError, match=r"expected ECC_NIST_P256 for SIGN_VERIFY") as caught:
        open_kms(ARN)
    assert next(iter(change.values())) in caught.value.message


def test_a_key_that_is_not_what_its_spec_says_is_refused(kms: Kms) -> None:
    kms.private = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(UsageError, match="expected Ed25519 or ECDSA P-256"):
        open_kms(ARN)


def test_a_key_that_was_changed_since_is_noticed_before_anything_is_sealed(kms: Kms) -> None:
    signer = open_kms(ARN)
    kms.private = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(EngineError, match="does not work"):
        sign(b"x", signer)


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("AccessDeniedException", "kms:GetPublicKey and kms:Sign"),
        ("NotFoundException", "account, region and name"),
        ("DisabledException", "enable the key"),
        ("KMSInvalidStateException", "sign with another one"),
        ("UnrecognizedClientException", "check credentials"),
    ],
)
def test_each_failure_says_what_to_do_and_nothing_of_the_request(kms: Kms, kind: str, remedy: str) -> None:
    kms.refuse.append(RefusedError(kind, f"x-amz-security-token:{PLANTED}"))
    with pytest.raises(EngineError) as caught:
        open_kms(ARN)
    assert caught.value.message == f"awskms:{ARN}: KMS answered {kind}"
    assert remedy in caught.value.remedy
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_fault_of_the_service_is_tried_again(kms: Kms) -> None:
    kms.refuse += [RefusedError("KMSInternalException", "later", 500)] * 2
    assert open_kms(ARN)
    kms.refuse += [RefusedError("KMSInternalException", "later", 500)] * 3
    with pytest.raises(EngineError, match="KMS answered KMSInternalException"):
        open_kms(ARN)
    assert not kms.refuse


def test_a_kms_that_is_not_there_is_said(kms: Kms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
    with pytest.raises(EngineError, match="KMS cannot be asked, EndpointConnectionError"):
        open_kms(ARN)


@pytest.mark.parametrize("missing", [["AWS_DEFAULT_REGION"], ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]])
def test_an_environment_that_lacks_something_is_said(
    kms: Kms, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    for name in missing:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(EngineError, match=r"KMS cannot be asked, No(Region|Credentials)Error"):
        open_kms(ALIAS)


@pytest.mark.parametrize("name", ["run-key", "alias/", "arn:aws:s3:::bucket", "alias/a b", f"{ARN}/../x"])
def test_what_is_no_name_of_a_key_is_refused_unasked(kms: Kms, name: str) -> None:
    with pytest.raises(UsageError, match="no name of a KMS key"):
        open_signer(f"awskms:{name}")
    assert not kms.requests


def test_no_credential_gets_into_a_log_or_an_error(kms: Kms, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    signer = open_kms(ARN)
    sign(b"x", signer)
    assert kms.headers[-1]["X-Amz-Security-Token"] == PLANTED  # so it was there to be logged
    kms.refuse.append(RefusedError("AccessDeniedException", f"you are {PLANTED}"))
    with pytest.raises(EngineError) as caught:
        signer.sign(b"x")
    assert "PLANTED" not in f"{caplog.text}{caught.value}{caught.value!r}{vars(signer)}"


def test_without_boto3_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(EngineError, match="boto3") as caught:
        open_kms(ARN)
    assert caught.value.remedy == "reinstall auditor"


def test_a_kms_signer_is_opened_in_one_way() -> None:
    nothing: Any = None
    with pytest.raises(NotImplementedError):
        KmsSigner.from_priv_key_uri("awskms:x", nothing)
