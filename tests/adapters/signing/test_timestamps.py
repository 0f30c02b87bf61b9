"""Trusted time: what openssl takes is taken at the token's own time, and each lie has its name and its words."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import tsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.signing.timestamps import Authority, authority_problems, token_time, trusted_time
from auditor.adapters.signing.tokens import parsed_or_refused, read_token, sorted_certificates
from auditor.errors import VerificationError
from tsa import FOREVER, TIME_STAMPING, Tsa, certify, make_tsa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THEN = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
SIGNATURE = b"\x30\x45 raw bytes of a signature \xff"
WEEK = (THEN - timedelta(days=3), THEN + timedelta(days=4))


def refused(response: bytes | None, roots: list[Authority], signature: bytes = SIGNATURE) -> tuple[str, str]:
    with pytest.raises(VerificationError) as caught:
        token_time(response, signature, roots, "run.sigstore.json")
    assert "run.sigstore.json" in caught.value.message
    return caught.value.code, caught.value.message


def openssl(tsa: Tsa, response: bytes, folder: Path, *options: str, signature: bytes = SIGNATURE) -> bool:
    """Ask `openssl ts -verify`, as an assessor years later would."""
    for name, content in (("token", response), ("data", signature), ("root", tsa.root.pem.encode())):
        (folder / name).write_bytes(content)
    files = ["-in", folder / "token", "-data", folder / "data", "-CAfile", folder / "root"]
    return (
        subprocess.run(["openssl", "ts", "-verify", *files, *options], check=False, capture_output=True).returncode == 0
    )


def at(moment: datetime) -> tuple[str, str]:
    return "-attime", str(int(moment.timestamp()))


def chained(now: datetime = THEN) -> Tsa:
    """Return a TSA with an intermediate authority."""
    tsa = make_tsa(now)
    middle = certify("Test TSA middle", tsa.root, ca=True)
    return replace(tsa, leaf=certify("Test TSA two", middle, purposes=TIME_STAMPING), intermediates=(middle,))


CHAINED = chained()
RESPONSE = CHAINED.stamp(SIGNATURE)


@pytest.mark.parametrize("make", [make_tsa, chained])
def test_a_token_tells_its_time_and_openssl_agrees(make: Callable[[datetime], Tsa], tmp_path: Path) -> None:
    tsa = make(THEN)
    response = tsa.stamp(SIGNATURE)
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN
    assert openssl(tsa, response, tmp_path, *at(THEN))
    assert not openssl(make_tsa(THEN), response, tmp_path, *at(THEN))


def test_a_token_outlives_the_certificate_of_its_tsa(tmp_path: Path) -> None:
    tsa = make_tsa(THEN)
    tsa = replace(tsa, leaf=certify("Short TSA", tsa.root, purposes=TIME_STAMPING, valid=WEEK))
    response = tsa.stamp(SIGNATURE)
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN
    assert openssl(tsa, response, tmp_path, *at(THEN))
    assert not openssl(tsa, response, tmp_path, *at(WEEK[1] + timedelta(days=1)))


@pytest.mark.parametrize("now", [WEEK[0] - timedelta(seconds=1), WEEK[1] + timedelta(seconds=1)])
def test_a_certificate_that_was_not_valid_at_the_tokens_time_is_refused(now: datetime, tmp_path: Path) -> None:
    tsa = make_tsa(now)
    tsa = replace(tsa, leaf=certify("Short TSA", tsa.root, purposes=TIME_STAMPING, valid=WEEK))
    response = tsa.stamp(SIGNATURE)
    code, said = refused(response, [tsa.authority])
    assert code == "timestamp-untrusted"
    assert "certificate has expired" in said or "not yet valid" in said
    assert not openssl(tsa, response, tmp_path, *at(now))


@pytest.mark.parametrize(
    ("name", "words"),
    [("Another root", "unable to get local issuer certificate"), ("Test TSA root", "certificate signature failure")],
)
def test_another_root_is_refused(name: str, words: str) -> None:
    code, said = refused(make_tsa(THEN).stamp(SIGNATURE), [Authority("other", (certify(name, ca=True).pem,))])
    assert code == "timestamp-untrusted"
    assert f"other: {words}" in said


def test_no_root_is_refused_and_a_root_in_the_token_is_no_root() -> None:
    tsa = make_tsa(THEN)
    tsa = replace(tsa, intermediates=(tsa.root,))
    assert token_time(tsa.stamp(SIGNATURE), SIGNATURE, [tsa.authority], "here") == THEN
    code, said = refused(tsa.stamp(SIGNATURE), [])
    assert code == "timestamp-untrusted"
    assert "there are none" in said


def test_a_token_of_another_signature_is_refused() -> None:
    tsa = make_tsa(THEN)
    code, said = refused(tsa.stamp(b"another signature"), [tsa.authority])
    assert code == "timestamp-invalid"
    assert "over something other than this signature" in said


def test_a_missing_token_is_refused() -> None:
    code, said = refused(None, [make_tsa(THEN).authority])
    assert code == "timestamp-missing"
    assert "its signer's word alone" in said


def test_a_rejection_is_refused_in_the_words_of_the_tsa() -> None:
    said = {"status": "rejection", "status_string": ["too busy"], "fail_info": {"system_failure"}}
    status = tsp.PKIStatusInfo(said).dump()
    response = b"\x30" + bytes([len(status)]) + status  # without a token, which asn1crypto does not write
    code, said = refused(response, [make_tsa(THEN).authority])
    assert code == "timestamp-invalid"
    assert "rejection ('too busy')" in said


@pytest.mark.parametrize(
    ("purposes", "critical", "words"),
    [
        ((), True, "no extended key usage"),
        (TIME_STAMPING, False, "not critical extended key usage"),
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True, "1.3.6.1.5.5.7.3.3"),
        ((*TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True, "1.3.6.1.5.5.7.3.8, 1.3.6.1.5.5.7.3.3"),
    ],
)
def test_a_certificate_that_is_no_tsas_is_refused(
    purposes: Any,
    critical: bool,  # noqa: FBT001 - an example
    words: str,
    tmp_path: Path,
) -> None:
    tsa = make_tsa(THEN)
    tsa = replace(tsa, leaf=certify("No TSA", tsa.root, purposes=purposes, critical=critical))
    response = tsa.stamp(SIGNATURE)
    code, said = refused(response, [tsa.authority])
    assert code == "timestamp-untrusted"
    assert words in said
    assert not openssl(tsa, response, tmp_path, *at(THEN))


def test_a_token_signed_by_another_key_than_its_certificate_says_is_refused(tmp_path: Path) -> None:
    tsa = make_tsa(THEN)
    other = certify("Test TSA", tsa.root, purposes=TIME_STAMPING)
    forged = replace(tsa, leaf=replace(tsa.leaf, private=other.private))
    response = forged.stamp(SIGNATURE)
    code, said = refused(response, [tsa.authority])
    assert code == "timestamp-invalid"
    assert "signature of the token does not verify" in said
    assert not openssl(tsa, response, tmp_path, *at(THEN))


def test_an_unsorted_certificate_set_is_refused_before_it_can_be_sealed() -> None:
    response = replace(chained(), sorted_set=False).stamp(SIGNATURE)
    code, said = refused(response, [make_tsa(THEN).authority])
    assert code == "timestamp-invalid"
    assert "InvalidSetOrdering" in said


def test_certificates_are_put_in_order_and_openssl_does_not_mind(tmp_path: Path) -> None:
    tsa = chained()
    unsorted = replace(tsa, sorted_set=False).stamp(SIGNATURE)
    response = sorted_certificates(unsorted)
    assert response != unsorted
    assert sorted(response) == sorted(unsorted)
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN
    for one in (response, unsorted):
        assert openssl(tsa, one, tmp_path, *at(THEN))


@given(st.one_of(st.binary(max_size=100), st.integers(0, len(RESPONSE)).map(lambda cut: RESPONSE[:cut])))
def test_what_has_no_certificates_to_order_stays_as_it_is(content: bytes) -> None:
    assert sorted_certificates(content) == content


def test_an_imprint_of_a_weak_digest_is_refused() -> None:
    def weaken(info: dict[str, Any]) -> None:
        info["message_imprint"] = {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}

    tsa = make_tsa(THEN, change=weaken)
    code, said = refused(tsa.stamp(SIGNATURE), [tsa.authority])
    assert code == "timestamp-invalid"
    assert "1.3.14.3.2.26, expected sha256 or sha384 or sha512" in said


def test_two_certificates_of_one_name_and_number_are_refused() -> None:
    """Which of the two signed is not for the token to say."""
    tsa = make_tsa(THEN)
    twin = certify("Twin", tsa.root, purposes=TIME_STAMPING, serial=tsa.leaf.certificate.serial_number)
    code, said = refused(replace(tsa, intermediates=(twin,)).stamp(SIGNATURE), [tsa.authority])
    assert code == "timestamp-invalid"
    assert "2 certificates of the token's signer" in said


def test_a_token_that_names_another_certificate_of_the_same_key_is_refused(tmp_path: Path) -> None:
    tsa = make_tsa(THEN)
    again = certify("Test TSA again", tsa.root, purposes=TIME_STAMPING, private=tsa.leaf.private)
    response = replace(tsa, signed_certificate=again).stamp(SIGNATURE)
    code, said = refused(response, [tsa.authority])
    assert code == "timestamp-invalid"
    assert "does not name the certificate of 'CN=Test TSA'" in said
    assert not openssl(tsa, response, tmp_path, *at(THEN))


def test_a_token_that_names_no_certificate_is_refused(tmp_path: Path) -> None:
    tsa = make_tsa(THEN, named_by=())
    response = tsa.stamp(SIGNATURE)
    code, said = refused(response, [tsa.authority])
    assert code == "timestamp-invalid"
    assert "does not name the certificate" in said
    assert not openssl(tsa, response, tmp_path, *at(THEN))


@pytest.mark.parametrize("named_by", [("sha1",), ("sha256",), ("sha384",), ("sha512",), ("sha1", "sha512")])
def test_a_certificate_may_be_named_in_the_ways_of_both_rfcs(named_by: tuple[str, ...], tmp_path: Path) -> None:
    tsa = make_tsa(THEN, named_by=named_by)
    response = tsa.stamp(SIGNATURE)
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN
    assert openssl(tsa, response, tmp_path, *at(THEN))


def test_bytes_behind_the_token_are_refused() -> None:
    tsa = make_tsa(THEN)
    code, _ = refused(tsa.stamp(SIGNATURE) + b"\x00", [tsa.authority])
    assert code == "timestamp-invalid"


def test_an_endless_token_is_refused_unread() -> None:
    code, said = refused(bytes(1 << 17), [make_tsa(THEN).authority])
    assert code == "timestamp-invalid"
    assert "at most 65536 are read" in said


def test_fractions_of_a_second_are_dropped() -> None:
    tsa = make_tsa(THEN, change=lambda info: info.update(gen_time=THEN + timedelta(milliseconds=500)))
    response = tsa.stamp(SIGNATURE)
    assert b"20260301120500.5Z" in response
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN


def test_a_token_that_was_granted_with_modifications_is_refused() -> None:
    def modify(response: bytes) -> bytes:
        token = tsp.TimeStampResp.load(response)["time_stamp_token"]
        return tsp.TimeStampResp({"status": {"status": "granted_with_mods"}, "time_stamp_token": token}).dump()

    tsa = make_tsa(THEN, finish=modify)
    code, said = refused(tsa.stamp(SIGNATURE), [tsa.authority])
    assert (code, "granted with modifications" in said) == ("timestamp-invalid", True)


def test_an_authority_counts_in_its_window_only() -> None:
    tsa = make_tsa(THEN)
    response, second = tsa.stamp(SIGNATURE), timedelta(seconds=1)
    for window in ({"not_before": THEN + second}, {"not_after": THEN}):
        code, said = refused(response, [replace(tsa.authority, **window)])
        assert code == "timestamp-untrusted"
        assert "trusted at another time only" in said
    inside = replace(tsa.authority, not_before=THEN, not_after=THEN + second)
    assert trusted_time(response, SIGNATURE, [make_tsa(THEN).authority, inside], "here").authority == inside


def test_the_problems_of_an_authority_are_told_at_once() -> None:
    tsa = make_tsa(THEN)
    assert not authority_problems(tsa.authority)
    assert authority_problems(Authority("a", ())) == ["timestamp authority 'a': no certificate"]
    assert "no self-signed root" in authority_problems(Authority("a", (tsa.leaf.pem,)))[0]
    wrong = Authority("a", ("no", "-----BEGIN CERTIFICATE-----"), not_before=THEN, not_after=THEN)
    first, second, third = authority_problems(wrong)
    assert "certificate 1 is no PEM" in first
    assert "certificate 2 is no PEM" in second
    assert "notAfter 2026-03-01T12:05:00Z is not after notBefore" in third
    assert "certificate 1 is no PEM" in refused(tsa.stamp(SIGNATURE), [wrong])[1]


def test_a_token_that_openssl_made_is_taken(tmp_path: Path) -> None:
    tsa = make_tsa(THEN)
    for name, content in (("root", tsa.root.pem), ("leaf", tsa.leaf.pem), ("key", tsa.leaf.private_pem.decode())):
        (tmp_path / name).write_text(content)
    (tmp_path / "data").write_bytes(SIGNATURE)
    (tmp_path / "serial").write_text("01")
    (tmp_path / "conf").write_text(
        f"[t]\nserial = {tmp_path / 'serial'}\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n"
        "digests = sha256\naccuracy = secs:1\ness_cert_id_alg = sha256\n"
    )
    query = ["openssl", "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query"]
    reply = ["openssl", "ts", "-reply", "-config", "conf", "-section", "t", "-queryfile", "query", "-out", "reply"]
    certificates = ["-signer", "leaf", "-inkey", "key", "-chain", "root"]
    for command in (query, [*reply, *certificates]):
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    response = sorted_certificates((tmp_path / "reply").read_bytes())
    found = token_time(response, SIGNATURE, [tsa.authority], "here")
    assert FOREVER[0] < found < FOREVER[1]
    assert openssl(tsa, response, tmp_path, *at(found))


@settings(max_examples=200)
@given(st.integers(0, len(RESPONSE) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_time(place: int, flip: int) -> None:
    changed = bytearray(RESPONSE)
    changed[place] ^= flip
    try:
        found = token_time(bytes(changed), SIGNATURE, [CHAINED.authority], "here")
    except VerificationError as error:
        assert error.code in {"timestamp-invalid", "timestamp-untrusted"}
    else:
        assert found == THEN


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    with pytest.raises(VerificationError) as caught:
        read_token(content, SIGNATURE, "here")
    assert caught.value.code == "timestamp-invalid"


@pytest.mark.parametrize("cut", range(0, len(RESPONSE), 37))
def test_a_cut_token_is_refused(cut: int) -> None:
    assert refused(RESPONSE[:cut], [CHAINED.authority])[0] == "timestamp-invalid"


def test_a_response_without_a_token_is_refused_although_it_says_granted() -> None:
    assert refused(bytes.fromhex("30053003020100"), [CHAINED.authority])[0] == "timestamp-invalid"


def test_a_panic_of_the_library_is_a_refusal_and_an_interrupt_is_none() -> None:
    class PanicException(BaseException):
        """Stands in for what pyo3 raises when Rust panics."""

    def fails(error: BaseException) -> Callable[[], None]:
        def read() -> None:
            raise error

        return read

    with pytest.raises(VerificationError, match="here: no RFC 3161 token that can be read"):
        parsed_or_refused(fails(PanicException()), "here")
    with pytest.raises(KeyboardInterrupt):
        parsed_or_refused(fails(KeyboardInterrupt()), "here")
