"""A request to enrol a key: only who holds the private half can make it, for one policy and one challenge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.signing.envelope import sign
from auditor.adapters.trust.enrolment import enrolled_key, public_pem, request_enrolment
from auditor.core.canonical import canonical_json
from auditor.core.statement import subject
from auditor.errors import UsageError, VerificationError
from trusting import AT, make_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from trusting import Person

CHALLENGE = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def pia(tmp_path_factory: pytest.TempPathFactory) -> Person:
    return make_person(tmp_path_factory.mktemp("pia"), "pia", "ecdsa-p256")


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Person:
    return make_person(tmp_path_factory.mktemp("eve"), "eve")


def request(person: Person, name: str | None = "Pia") -> bytes:
    return request_enrolment(person.signer, "example", name, CHALLENGE, AT)


def forged(person: Person, signer: Person, change: Callable[[dict[str, Any]], Any] = lambda _: None) -> bytes:
    """Return a request for ``person``'s key that ``signer`` signed."""
    import base64

    statement = json.loads(base64.b64decode(json.loads(request(person))["dsseEnvelope"]["payload"]))
    change(statement)
    return sign(canonical_json(statement), signer.signer)


def code(content: bytes, trust: str = "example", challenge: str = CHALLENGE) -> str:
    with pytest.raises(VerificationError) as caught:
        enrolled_key(content, trust, challenge, "enrolment.json")
    return caught.value.code


@pytest.mark.parametrize("name", ["Pia", None])
@pytest.mark.parametrize("who", ["pia", "eve"])
def test_what_its_holder_signed_is_taken(pia: Person, eve: Person, who: str, name: str | None) -> None:
    person = {"pia": pia, "eve": eve}[who]
    found, key = enrolled_key(request(person, name), "example", CHALLENGE, "enrolment.json")
    assert found == name
    assert key.keyid == person.key_id
    assert public_pem(key) == person.public.decode() == public_pem(person.signer.public_key)


def test_a_request_for_something_else_is_refused(pia: Person) -> None:
    assert code(request(pia), trust="other") == "enrolment-mismatch"
    assert code(request(pia), challenge="f" * 32) == "enrolment-mismatch"


def test_nobody_enrols_a_key_that_they_do_not_hold(pia: Person, eve: Person) -> None:
    assert code(forged(pia, eve)) == "enrolment-mismatch"


def test_a_key_goes_by_its_own_id(pia: Person, eve: Person) -> None:
    def claim(one: dict[str, Any]) -> None:
        one["predicate"]["keyId"] = pia.key_id
        one["subject"] = [subject(pia.key_id, canonical_json(one["predicate"]))]

    assert code(forged(eve, eve, claim)) == "enrolment-mismatch"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda one: one.update(subject=[]), "subject-mismatch"),
        (lambda one: one["predicate"].update(person="Pia Other"), "subject-mismatch"),
        (lambda one: one["predicate"].update(extra=1), "predicate-malformed"),
        (lambda one: one.update(predicateType="https://example.com/"), "predicate-type-unknown"),
    ],
)
def test_another_form_is_refused(pia: Person, change: Callable[[dict[str, Any]], Any], expected: str) -> None:
    assert code(forged(pia, pia, change)) == expected


def test_no_key_is_refused(pia: Person) -> None:
    def spoil(one: dict[str, Any]) -> None:
        one["predicate"]["pem"] = "-----BEGIN X-----\n"
        one["subject"] = [subject(pia.key_id, canonical_json(one["predicate"]))]

    assert code(forged(pia, pia, spoil)) == "enrolment-mismatch"
    assert code(sign(b"[1, 1e999]", pia.signer)) == "statement-malformed"


@given(st.integers(0, 2**32 - 1), st.integers(1, 255))
def test_no_byte_can_change(pia: Person, place: int, flip: int) -> None:
    """The place is drawn from more than there are, for an ECDSA signature is not always as long."""
    content = bytearray(request(pia))
    content[place % len(content)] ^= flip
    with pytest.raises(VerificationError):
        enrolled_key(bytes(content), "example", CHALLENGE, "enrolment.json")


@pytest.mark.parametrize(
    ("name", "challenge"), [("", CHALLENGE), ("Pia\n", CHALLENGE), ("Pia", "short"), ("Pia", "Z" * 32)]
)
def test_what_cannot_be_asked_is_told(pia: Person, name: str, challenge: str) -> None:
    with pytest.raises(UsageError, match="the request is not of the form"):
        request_enrolment(pia.signer, "example", name, challenge, AT)
