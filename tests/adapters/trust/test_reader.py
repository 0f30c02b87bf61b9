"""Reading a trust policy: only what the pinned owner signed, or whom it handed ownership on to."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.signing.envelope import sign
from auditor.adapters.trust.reader import MAX_BYTES, check_succession, open_trust, read_trust
from auditor.core.canonical import canonical_json, sha256_hex
from auditor.core.statement import statement_bytes, subject
from auditor.core.trust import TRUST_PREDICATE, TrustPolicy, trust_statement
from auditor.errors import UsageError, VerificationError
from trusting import key, loaded, make_person, signed, small

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trusting import Person


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Person]:
    folder = tmp_path_factory.mktemp("people")
    return {
        "anna": make_person(folder, "anna"),
        "bert": make_person(folder, "bert", "ecdsa-p256"),
        "carl": make_person(folder, "carl"),
    }


def owner_member(person: Person, name: str) -> dict[str, Any]:
    return person.own(key("0", name, predicates=(TRUST_PREDICATE,), environments=()))


def code(call: Callable[[], object]) -> str:
    with pytest.raises(VerificationError) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize("name", ["anna", "bert"])
def test_what_an_owner_signed_is_read(people: dict[str, Person], tmp_path: Path, name: str) -> None:
    owner, path = people[name], tmp_path / "trust.json"
    policy = small(owner)
    path.write_bytes(signed(policy, owner))
    trust = read_trust(path, owner.public)
    assert trust.policy == policy
    assert trust.digest == sha256_hex(trust_statement(policy))
    assert trust.digests == {1: trust.digest}
    assert trust.signed_by == owner.key_id
    assert trust.key(owner.key_id).keyid == owner.key_id
    assert code(lambda: trust.key("0" * 64)) == "key-unknown"


def test_another_owners_is_refused(people: dict[str, Person], tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    path.write_bytes(signed(small(people["carl"]), people["carl"]))
    assert code(lambda: read_trust(path, people["anna"].public)) == "key-unknown"


@given(st.data())
def test_no_byte_can_change(people: dict[str, Person], data: st.DataObject) -> None:
    anna = people["anna"]
    content = bytearray(signed(small(anna), anna))
    place = data.draw(st.integers(0, 2**32 - 1)) % len(content)
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VerificationError):
        open_trust(bytes(content), anna.signer.public_key, "trust.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FORMED = st.sampled_from(["2026-05-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0" * 64, "x"])
PEMS = st.sampled_from(["PUBLIC KEY", "PRIVATE KEY", "CERTIFICATE", "X"]).flatmap(
    lambda kind: st.binary(max_size=60).map(
        lambda der: f"-----BEGIN {kind}-----\n{base64.b64encode(der).decode()}\n-----END {kind}-----\n"
    )
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for name, below in inside for one in places(below, (*path, name)))]


@given(st.data())
def test_whatever_an_owner_signs_is_read_or_refused(people: dict[str, Person], data: st.DataObject) -> None:
    """No statement with a good signature ends in anything but a policy or a named refusal."""
    anna = people["anna"]
    ledger = people["carl"].public.decode()
    certificate = authority("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    policy = small(anna, lambda one: one.update(environments=[production(ledger)], timestampAuthorities=[certificate]))
    document = json.loads(trust_statement(policy))
    *way, last = data.draw(st.sampled_from([one for one in places(document["predicate"]) if one]))
    holder = document["predicate"]
    for name in way:
        holder = holder[name]
    holder[last] = data.draw(JSON | FORMED | PEMS)
    with suppress(ValueError):  # what has no canonical form can be signed as well
        document["subject"] = [subject(policy.id, canonical_json(document["predicate"]))]
    try:
        trust = open_trust(sign(json.dumps(document).encode(), anna.signer), anna.signer.public_key, "trust.json")
    except VerificationError:
        return
    assert all(trust.key(one).keyid == one for one in trust.policy.owners)


def test_a_file_that_is_not_there_is_usage(people: dict[str, Person], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_trust(tmp_path / "trust.json", people["anna"].public)


def test_a_file_that_is_too_large_is_refused(people: dict[str, Person], tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert code(lambda: read_trust(path, people["anna"].public)) == "limit-exceeded"


def test_a_statement_of_another_kind_is_refused(people: dict[str, Person]) -> None:
    anna = people["anna"]
    policy = small(anna)
    name = subject(policy.id, canonical_json(policy.model_dump(mode="json")))
    for payload, expected in (
        (statement_bytes([name], TRUST_PREDICATE + "x", policy), "predicate-type-unknown"),
        (statement_bytes([], TRUST_PREDICATE, policy), "subject-mismatch"),
        (statement_bytes([subject(policy.id, b"")], TRUST_PREDICATE, policy), "subject-mismatch"),
        (b'{"a":1,"a":1}', "statement-malformed"),
        (b"[]", "statement-malformed"),
    ):
        content = sign(payload, anna.signer)
        assert code(lambda content=content: open_trust(content, anna.signer.public_key, "t")) == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d, _: d["keys"][0].update(scheme="ecdsa-p256"), "the policy says ecdsa-p256"),
        (lambda d, p: d["keys"].append(owner_member(p["carl"], "C") | {"keyId": "7" * 64}), "its PEM is of key"),
        (lambda d, p: d["keys"].append(owner_member(p["carl"], "C") | {"pem": "-----BEGIN X-----\n"}), "no PEM public"),
        (
            lambda d, p: d["keys"].append(owner_member(p["carl"], "C") | {"pem": p["carl"].public.decode() + "\n"}),
            "not written as OpenSSL",
        ),
        (lambda d, _: d.update(distinct=[["a", "a"]]), "distinct from itself"),
        (lambda d, p: d.update(environments=[production(p["bert"].public.decode())]), "expected ed25519"),
        (lambda d, p: d.update(environments=[production(p["anna"].public.decode())]), "which signs statements"),
        (lambda d, _: d.update(timestampAuthorities=[authority("-----BEGIN X-----\n")]), "certificate 1 is none"),
    ],
)
def test_keys_are_what_they_are_said_to_be(
    people: dict[str, Person], change: Callable[[dict[str, Any], dict[str, Person]], Any], said: str
) -> None:
    anna = people["anna"]
    with pytest.raises(VerificationError, match=said) as caught:
        loaded(small(anna, lambda one: change(one, people)), anna)
    assert caught.value.code == "trust-malformed"


def production(pem: str) -> dict[str, Any]:
    return {
        "name": "production",
        "production": True,
        "timestampAuthorities": [],
        "ledger": {"origin": "ledger.example", "pem": pem},
        "witnesses": [],
        "witnessThreshold": 0,
        "gates": [],
    }


def authority(*pems: str) -> dict[str, Any]:
    period = {"notBefore": "2026-01-01T00:00:00Z", "notAfter": "2027-01-01T00:00:00Z"}
    return {"name": "tsa", "certificates": list(pems), "development": False} | period


def test_every_problem_is_told_at_once(people: dict[str, Person]) -> None:
    anna = people["anna"]

    def spoil(one: dict[str, Any]) -> None:
        one.update(distinct=[["a", "a"]], environments=[production(people["bert"].public.decode())])
        one["keys"][0].update(scheme="ecdsa-p256")

    with pytest.raises(VerificationError) as caught:
        loaded(small(anna, spoil), anna)
    assert caught.value.message.count("\n  - ") == 3


class Handed:
    """Anna owns version 1, names Bert in 2, who drops her in 3; each version lies on disk."""

    def __init__(self, people: dict[str, Person], folder: Path) -> None:
        self.people, self.folder = people, folder
        self.digests: list[str] = []
        anna, bert = people["anna"], people["bert"]
        both = [owner_member(anna, "Anna"), owner_member(bert, "Bert")]
        self.first = self.write(anna, keys=both[:1], owners=[anna.key_id])
        self.second = self.write(anna, keys=both, owners=[anna.key_id, bert.key_id])
        self.third = self.write(bert, keys=both, owners=[bert.key_id])

    def write(self, signer: Person, **members: Any) -> Path:
        version = len(self.digests) + 1
        previous = self.digests[-1] if self.digests else None

        def change(one: dict[str, Any]) -> None:
            one.update({"version": version, "previous": previous} | members)

        policy = small(self.people["anna"], change)
        self.digests.append(sha256_hex(trust_statement(policy)))
        path = self.folder / f"{version}-{len(self.digests)}.json"
        path.write_bytes(signed(policy, signer))
        return path


@pytest.fixture
def handed(people: dict[str, Person], tmp_path: Path) -> Handed:
    return Handed(people, tmp_path)


def test_ownership_is_followed_from_the_pinned_owner(handed: Handed, people: dict[str, Person]) -> None:
    anna = people["anna"].public
    assert code(lambda: read_trust(handed.third, anna)) == "key-unknown"
    assert code(lambda: read_trust(handed.third, anna, earlier=[handed.first])) == "trust-succession"
    trust = read_trust(handed.third, anna, earlier=[handed.first, handed.second])
    assert trust.policy.version == 3
    assert trust.digests == dict(enumerate(handed.digests, start=1))
    assert read_trust(handed.third, anna, earlier=[handed.second]).digest == trust.digest


def test_versions_before_the_pinned_owner_are_passed_over(handed: Handed, people: dict[str, Person]) -> None:
    trust = read_trust(handed.third, people["bert"].public, earlier=[handed.first, handed.second])
    assert trust.digests == {2: handed.digests[1], 3: handed.digests[2]}


def test_an_owner_who_was_replaced_signs_nothing_more(handed: Handed, people: dict[str, Person]) -> None:
    bert = people["bert"]
    both = [owner_member(people["anna"], "Anna"), owner_member(bert, "Bert")]
    forged = handed.write(people["anna"], keys=both, owners=[people["anna"].key_id])
    earlier = [handed.first, handed.second, handed.third]
    with pytest.raises(VerificationError, match="no owner of version 3") as caught:
        read_trust(forged, people["anna"].public, earlier=earlier)
    assert caught.value.code == "trust-succession"


def test_a_stranger_hands_nothing_on(handed: Handed, people: dict[str, Person]) -> None:
    carl = people["carl"]
    forged = handed.write(carl, keys=[owner_member(carl, "Carl")], owners=[carl.key_id])
    earlier = [handed.first, handed.second, handed.third]
    assert code(lambda: read_trust(forged, people["anna"].public, earlier=earlier)) == "trust-succession"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revokedAt": "2026-06-01T00:00:00Z", "revokedBecause": "left"}, "revokes"),
        ({"notAfter": "2026-01-01T00:00:00Z"}, "outside its validity"),
    ],
)
def test_an_owner_whose_key_has_ended_signs_no_next_version(
    people: dict[str, Person], change: dict[str, Any], said: str
) -> None:
    anna, bert = people["anna"], people["bert"]
    keys = [owner_member(anna, "Anna") | change, owner_member(bert, "Bert")]
    owners = [anna.key_id, bert.key_id]
    before = loaded(small(anna, lambda one: one.update(keys=keys, owners=owners)), bert)

    def advance(one: dict[str, Any]) -> None:
        one.update(keys=keys, owners=owners, version=2, previous=before.digest, validFrom="2026-02-01T00:00:00Z")

    after = small(anna, advance)
    check_succession(before, loaded(after, bert), "trust.json")
    with pytest.raises(VerificationError, match=said) as caught:
        check_succession(before, loaded(after, anna), "trust.json")
    assert caught.value.code == "trust-succession"


def test_the_wrapper_holds_the_statement_and_no_key(people: dict[str, Person]) -> None:
    anna = people["anna"]
    wrapper = json.loads(signed(small(anna), anna))
    assert base64.b64decode(wrapper["dsseEnvelope"]["payload"]) == trust_statement(small(anna))
    assert TrustPolicy.model_validate(json.loads(trust_statement(small(anna)))["predicate"]) == small(anna)
