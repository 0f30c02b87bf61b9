"""A trust policy: its exact form, every rule it keeps, and what a next version may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from auditor.core.canonical import sha256_hex
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.trust import TRUST_PREDICATE, TrustPolicy, trust_statement
from auditor.core.trust_rules import succession_problems, trust_problems
from trusting import PEM, SIGN_OFF, document, key, policy

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_good_policy_has_no_problem() -> None:
    assert trust_problems(policy()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(extra=1),
        lambda d: d.update(schemaVersion=2),
        lambda d: d.update(version=0),
        lambda d: d.update(version=True),
        lambda d: d.update(id="Example"),
        lambda d: d.update(id="a/../b"),
        lambda d: d.update(owners=[]),
        lambda d: d.update(keys=[]),
        lambda d: d.update(owners=["0" * 63]),
        lambda d: d.update(validFrom="2026-01-01"),
        lambda d: d.update(distinct=[["product"]]),
        lambda d: d.update(distinct=[["product", "security", "legal"]]),
        lambda d: d["maxima"].update(waiverSeconds=0),
        lambda d: d["maxima"].update(waiverSeconds=2**40),
        lambda d: d["maxima"].update(tokenAgeSeconds=2**40),
        lambda d: d.update(version=2**60),
        lambda d: d["keys"][0].update(scheme="rsa"),
        lambda d: d["keys"][0].update(person=""),
        lambda d: d["keys"][0].update(person="Olga\x1b[2K"),
        lambda d: d["keys"][0].update(person="Olga\n"),
        lambda d: d["keys"][0].update(pem="a key"),
        lambda d: d["keys"][0].update(roles=["product"]),
        lambda d: d["environments"][0].update(witnessThreshold=-1),
        lambda d: d["timestampAuthorities"][0].update(certificates=[]),
    ],
)
def test_another_form_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(ValidationError):
        policy(change)


@pytest.mark.parametrize("member", sorted(document()))
def test_every_member_is_needed(member: str) -> None:
    with pytest.raises(ValidationError):
        policy(lambda d: d.pop(member))


def backwards(member: dict[str, Any]) -> None:
    member.update(notBefore="2026-05-01T00:00:00Z", notAfter="2026-04-01T00:00:00Z")


PROBLEMS: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda d: d["keys"].append(d["keys"][1]), "key '1111"),
    (lambda d: d["owners"].append(d["owners"][0]), "owner '0000"),
    (lambda d: d["timestampAuthorities"].append(d["timestampAuthorities"][0]), "authority 'tsa' is there 2 times"),
    (lambda d: d["environments"].append(d["environments"][1]), "environment 'staging' is there 2 times"),
    (
        lambda d: d["environments"][1].update(ledger=d["environments"][0]["ledger"]),
        "ledger 'ledger.example/production'",
    ),
    (lambda d: d["environments"][1].update(ledger=d["environments"][0]["ledger"]), "ledger key"),
    (lambda d: d["environments"][0]["gates"].append(d["environments"][0]["gates"][0]), "gate 'go' is there 2 times"),
    (lambda d: d["environments"][0]["witnesses"].append({"name": "witness.example", "pem": PEM}), "witness 'witness"),
    (
        lambda d: d["environments"][0]["witnesses"].append({"name": "other", "pem": PEM.format("witness")}),
        "witness key",
    ),
    (lambda d: d["keys"][1]["predicates"].append(SIGN_OFF), "predicate"),
    (lambda d: d.update(previous="0" * 64), "version 1 names a version before it"),
    (lambda d: d.update(version=2), "version 2 names no version before it"),
    (lambda d: d.update(distinct=[["product", "product"]]), "distinct from itself"),
    (lambda d: d["owners"].append("8" * 64), "owner 8888888888888888 has no key here"),
    (lambda d: d["owners"].append("3" * 64), "is a machine's key; an owner is a person"),
    (lambda d: d["owners"].append("1" * 64), "may not sign a trust policy"),
    (
        lambda d: d["keys"][0].update(revokedAt="2026-02-01T00:00:00Z", revokedBecause="left"),
        "no owner has a key that is not revoked",
    ),
    (lambda d: d["keys"][1].update(environments=["prod"]), "unknown environment 'prod'"),
    (lambda d: d["keys"][1].update(revokedAt="2026-02-01T00:00:00Z"), "both a time and a reason"),
    (lambda d: d["keys"][1].update(revokedBecause="lost"), "both a time and a reason"),
    (lambda d: d["keys"][3].update(roles=d["keys"][1]["roles"]), "machine's key with the approving role 'product'"),
    (lambda d: d["keys"][3]["predicates"].append(SIGN_OFF), "a machine's key may not sign"),
    (lambda d: d["keys"][3]["predicates"].append(TRUST_PREDICATE), "a machine's key may not sign"),
    (lambda d: d["keys"][1].update(roles=d["keys"][3]["roles"]), "person's key with the machine's role 'runner'"),
    (lambda d: d["keys"][1]["predicates"].append(RUN_PREDICATE), "both a machine's statements and a person's"),
    (lambda d: d["environments"][0]["gates"][0]["signOffs"][0].update(role="runner"), "cannot sign off"),
    (lambda d: d["deputies"][0].update(person="Nobody"), "deputy 'Nobody' for 'product' has no key"),
    (lambda d: d["deputies"][0].update(role="runner"), "role 'runner' is a machine's"),
    (lambda d: backwards(d["keys"][1]), "key 1111111111111111: ends at"),
    (lambda d: backwards(d["keys"][1]["roles"][0]), "key 1111111111111111: role: ends at"),
    (lambda d: backwards(d["timestampAuthorities"][0]), "authority 'tsa': ends at"),
    (lambda d: backwards(d["deputies"][0]), "deputy 'Sam Security' for 'product': ends at"),
    (lambda d: backwards(d["environments"][0]["gates"][0]["profiles"][0]), "gate 'go': ends at"),
    (lambda d: backwards(d["environments"][0]["gates"][0]["policyDigests"][0]), "gate 'go': ends at"),
    (lambda d: backwards(d["environments"][0]["gates"][0]["mandatoryControls"][0]), "gate 'go': ends at"),
    (lambda d: backwards(d["environments"][0]["gates"][0]["signOffs"][0]), "gate 'go': ends at"),
    (lambda d: backwards(d["environments"][0]["gates"][0]["triples"][0]), "gate 'go': ends at"),
    (lambda d: d["environments"][0].update(timestampAuthorities=["desk"]), "development time-stamp authority 'desk'"),
    (lambda d: d["environments"][0].update(timestampAuthorities=["tsb"]), "unknown time-stamp authority 'tsb'"),
    (lambda d: d["environments"][0].update(timestampAuthorities=["tsa", "tsa"]), "authority 'tsa' is there 2 times"),
    (lambda d: d["environments"][0].update(witnessThreshold=2), "2 witnesses must cosign, 1 are named"),
    (lambda d: d["environments"][0].update(ledger=None), "has witnesses, but no ledger"),
]


@pytest.mark.parametrize(("change", "said"), PROBLEMS)
def test_every_rule_is_told(change: Callable[[dict[str, Any]], Any], said: str) -> None:
    assert any(said in problem for problem in trust_problems(policy(change)))


def test_all_problems_are_told_at_once() -> None:
    def spoil(one: dict[str, Any]) -> None:
        one.update(distinct=[["product", "product"]])
        one["keys"][3]["predicates"].append(SIGN_OFF)
        one["environments"][0].update(witnessThreshold=7)

    assert len(trust_problems(policy(spoil))) == 3


def following(change: Callable[[dict[str, Any]], Any] = lambda _: None) -> TrustPolicy:
    first = sha256_hex(trust_statement(policy()))

    def advance(one: dict[str, Any]) -> None:
        one.update(version=2, previous=first)
        change(one)

    return policy(advance)


def test_a_next_version_follows() -> None:
    digest = sha256_hex(trust_statement(policy()))
    assert succession_problems(policy(), digest, following()) == []

    def revise(one: dict[str, Any]) -> None:
        one["keys"].append(key("4", "Lea Legal", roles=("legal",)))
        one["keys"][1].update(revokedAt="2026-02-01T00:00:00Z", revokedBecause="left", notAfter="2026-06-01T00:00:00Z")
        one["environments"].pop()
        one["keys"][3]["environments"].pop()

    assert succession_problems(policy(), digest, following(revise)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(id="other"), "is trust policy 'other'"),
        (lambda d: d.update(version=3), "is version 3, expected 2"),
        (lambda d: d.update(version=1), "is version 1, expected 2"),
        (lambda d: d.update(previous="0" * 64), "does not name the version before it"),
        (lambda d: d.update(validFrom="2025-12-31T00:00:00Z"), "before the version before it"),
        (lambda d: d["keys"].pop(1), "is gone"),
        (lambda d: d["keys"][1].update(person="Pia Other"), "another person"),
        (lambda d: d["keys"][1].update(pem=PEM.format("x")), "another pem"),
        (lambda d: d["keys"][1].update(scheme="ecdsa-p256"), "another scheme"),
        (lambda d: d["keys"][1].update(notBefore="2025-01-01T00:00:00Z"), "earlier than before"),
    ],
)
def test_a_version_does_not_rewrite_the_past(change: Callable[[dict[str, Any]], Any], said: str) -> None:
    digest = sha256_hex(trust_statement(policy()))
    assert any(said in one for one in succession_problems(policy(), digest, following(change)))


@pytest.mark.parametrize(
    ("revoked_at", "ok"),
    [(None, False), ("2026-03-02T00:00:00Z", False), ("2026-03-01T00:00:00Z", True), ("2026-02-01T00:00:00Z", True)],
)
def test_a_revocation_is_never_taken_back_or_put_off(revoked_at: str | None, ok: bool) -> None:  # noqa: FBT001
    before = policy(lambda d: d["keys"][1].update(revokedAt="2026-03-01T00:00:00Z", revokedBecause="lost"))
    digest = sha256_hex(trust_statement(before))

    def change(one: dict[str, Any]) -> None:
        one.update(version=2, previous=digest)
        one["keys"][1].update(revokedAt=revoked_at, revokedBecause=revoked_at and "lost")

    assert (succession_problems(before, digest, policy(change)) == []) is ok
