"""Changes of a trust policy: the past is ended and never deleted, and nothing is allowed for it afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.authority import Triple, gate_approval, known_key, roles_of, signing_key
from auditor.core.canonical import sha256_hex
from auditor.core.trust import (
    ENROLMENT_PREDICATE,
    DeputyMember,
    EnrolmentPredicate,
    MaximaMember,
    TrustPolicy,
    enrolment_statement,
    instant,
    trust_statement,
)
from auditor.core.trust_approvals import Approved, approve, end_approval
from auditor.core.trust_revision import (
    Period,
    add_environment,
    add_owner,
    add_role,
    drop_owner,
    end_deputy,
    end_role,
    find_environment,
    find_key,
    first_version,
    formed,
    next_version,
    revoke_key,
    widen,
)
from auditor.core.trust_rules import succession_problems, trust_problems
from auditor.core.trust_words import describe, notes
from auditor.errors import UsageError, VerificationError
from trusting import AT, END, PEM, POLICIES, SIGN_OFF, SOURCES, START, WASM, dated, key, policy

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = Approved("small", "e" * 64, ["slo.p95", "slo.errors"], Triple("6" * 64, "b" * 64, "1.23.0"), [("b", "security")])
OLD = Approved("small", POLICIES, ["slo.p95"], Triple(SOURCES, WASM, "1.22.2"), [("a", "product")])
PERIOD = Period(AT)
LATER = AT + timedelta(days=1)


def draft(before: TrustPolicy | None = None) -> TrustPolicy:
    one = before or policy()
    return next_version(one, sha256_hex(trust_statement(one)), AT)


def follows(after: TrustPolicy, before: TrustPolicy | None = None) -> list[str]:
    one = before or policy()
    return [*trust_problems(after), *succession_problems(one, sha256_hex(trust_statement(one)), after)]


def decides(one: TrustPolicy, approved: Approved, at: datetime) -> bool:
    try:
        gate_approval(
            one,
            "production",
            "go",
            profile_id=approved.profile,
            policy_digest=approved.policy_digest,
            controls=approved.controls,
            triple=approved.triple,
            at=at,
        )
    except VerificationError:
        return False
    return True


def test_a_first_version_allows_nothing() -> None:
    owner = policy().keys[0]
    one = first_version("example", owner, MaximaMember(tokenAgeSeconds=1, waiverSeconds=1), AT)
    assert trust_problems(one) == []
    assert (one.version, one.previous, one.validFrom) == (1, None, "2026-03-01T12:00:00Z")
    assert one.environments == []
    with pytest.raises(UsageError, match="trust policy 'No Name' is not of the form"):
        first_version("No Name", owner, one.maxima, AT)


def test_a_next_version_follows_even_when_a_clock_is_behind() -> None:
    before = policy(lambda one: one.update(validFrom="2026-06-01T00:00:00Z"))
    assert next_version(before, "0" * 64, AT).validFrom == "2026-06-01T00:00:00Z"
    assert draft().validFrom == "2026-03-01T12:00:00Z"
    assert follows(draft()) == []


def test_what_cannot_be_in_a_policy_is_told_whole() -> None:
    with pytest.raises(UsageError) as caught:
        formed(DeputyMember, "the deputy", role="Not A Role", person="", notBefore=START, notAfter=END)
    assert caught.value.message.count("\n  - ") == 2


@pytest.mark.parametrize(
    ("prefix", "ok"), [("1" * 8, True), ("1" * 64, True), ("1" * 7, False), ("4" * 8, False), ("", False)]
)
def test_a_key_is_found_by_its_first_digits(prefix: str, ok: bool) -> None:  # noqa: FBT001
    if ok:
        assert find_key(policy(), prefix).person == "Pia Product"
    else:
        with pytest.raises(UsageError, match="expected one"):
            find_key(policy(), prefix)


def test_a_role_is_given_and_ended() -> None:
    given = add_role(draft(), find_key(draft(), "1" * 8), "legal", PERIOD)
    assert follows(given) == []
    held = roles_of(given, known_key(given, "1" * 64), AT)
    assert "legal" in held
    with pytest.raises(UsageError, match="has the role 'legal' already"):
        add_role(given, find_key(given, "1" * 8), "legal", PERIOD)
    ended = end_role(draft(given), find_key(given, "1" * 8), "legal", LATER)
    assert "legal" in roles_of(ended, known_key(ended, "1" * 64), AT)
    assert "legal" not in roles_of(ended, known_key(ended, "1" * 64), LATER + timedelta(seconds=1))
    with pytest.raises(UsageError, match="holds at .* that could be ended"):
        end_role(ended, find_key(ended, "1" * 8), "legal", LATER)
    add_role(ended, find_key(ended, "1" * 8), "legal", Period(LATER + timedelta(days=1)))


def test_a_role_that_would_begin_later_ends_as_it_begins() -> None:
    given = add_role(draft(), find_key(draft(), "1" * 8), "legal", Period(LATER))
    ended = end_role(given, find_key(given, "1" * 8), "legal", AT)
    assert trust_problems(ended) == []


def test_a_key_is_revoked_and_stays() -> None:
    revoked = revoke_key(draft(), find_key(draft(), "1" * 8), AT, "lost")
    assert follows(revoked) == []
    signing_key(revoked, "1" * 64, SIGN_OFF, AT - timedelta(seconds=1), environment="production")
    with pytest.raises(VerificationError, match="lost"):
        signing_key(revoked, "1" * 64, SIGN_OFF, AT, environment="production")
    with pytest.raises(UsageError, match="is revoked already"):
        revoke_key(revoked, find_key(revoked, "1" * 8), AT, "lost again")
    earlier = revoke_key(draft(revoked), find_key(revoked, "1" * 8), AT - timedelta(days=9), "lost earlier")
    assert follows(earlier, revoked) == []


def test_owners_come_and_go() -> None:
    two = add_owner(draft(), find_key(draft(), "1" * 8))
    assert follows(two) == []
    with pytest.raises(UsageError, match="already"):
        add_owner(two, find_key(two, "1" * 8))
    one = drop_owner(draft(two), find_key(two, "0" * 8))
    assert one.owners == ["1" * 64]
    assert follows(one, two) == []
    with pytest.raises(UsageError, match="is no owner"):
        drop_owner(one, find_key(one, "0" * 8))
    revoked = revoke_key(draft(two), find_key(two, "0" * 8), AT, "left")
    assert revoked.owners == ["1" * 64]
    assert follows(revoked, two) == []


def test_a_key_may_be_let_sign_more() -> None:
    wider = widen(draft(), find_key(draft(), "1" * 8), [SIGN_OFF, SIGN_OFF + "x"], ["staging", "production"])
    found = known_key(wider, "1" * 64)
    assert found.predicates == [SIGN_OFF, SIGN_OFF + "x"]
    assert found.environments == ["production", "staging"]


def test_a_deputy_is_ended() -> None:
    ended = end_deputy(draft(), "product", "Sam Security", AT)
    assert ended.deputies[0].notAfter == "2026-03-01T12:00:00Z"
    assert follows(ended) == []
    for role, person in (("product", "Pia Product"), ("security", "Sam Security")):
        with pytest.raises(UsageError, match="is no deputy"):
            end_deputy(draft(), role, person, AT)
    with pytest.raises(UsageError, match="is no deputy"):
        end_deputy(ended, "product", "Sam Security", AT)


def test_an_environment_grows_and_keeps_its_ledger() -> None:
    ledger = {"origin": "ledger.example/lab", "pem": PEM.format("lab")}
    made = add_environment(draft(), "lab", production=False, authorities=["desk"], ledger=ledger, threshold=0)
    assert follows(made) == []
    witness = {"name": "watch.example", "pem": PEM.format("watch")}
    more = add_environment(made, "lab", production=False, authorities=["tsa"], witnesses=[witness], threshold=1)
    found = find_environment(more, "lab")
    assert found.timestampAuthorities == ["desk", "tsa"]
    assert (found.ledger and found.ledger.origin, found.witnessThreshold) == ("ledger.example/lab", 1)
    kept = add_environment(more, "lab", production=False)
    assert find_environment(kept, "lab").witnessThreshold == 1
    with pytest.raises(UsageError, match="has its ledger"):
        add_environment(more, "lab", production=False, ledger=ledger)
    with pytest.raises(UsageError, match="no production"):
        add_environment(more, "lab", production=True)
    assert add_environment(draft(), "production", production=True).environments == draft().environments
    with pytest.raises(UsageError, match="which has production, staging"):
        find_environment(draft(), "lab")


def test_an_approval_is_added_beside_the_one_before() -> None:
    both = approve(draft(), "production", "go", NEW, PERIOD)
    assert follows(both) == []
    assert decides(both, NEW, AT)
    assert not decides(both, NEW, AT - timedelta(seconds=1))
    assert decides(both, OLD, AT - timedelta(seconds=1))
    assert not decides(both, OLD, AT), "the new profile's controls are mandatory from now on"
    gate = both.environments[0].gates[0]
    assert [one.id for one in gate.profiles] == ["small"], "what holds already is not repeated"
    assert approve(both, "production", "go", NEW, PERIOD) == both


def test_an_approval_replaces_the_one_before_from_now_on() -> None:
    replaced = approve(draft(), "production", "go", NEW, PERIOD, replace=True)
    assert follows(replaced) == []
    assert decides(replaced, NEW, AT)
    assert not decides(replaced, OLD, LATER)
    assert decides(replaced, OLD, AT - timedelta(days=1))
    gate = replaced.environments[0].gates[0]
    assert [one.line for one in gate.signOffs if one.notAfter is None] == ["a", "b"], "sign-offs are not replaced"


def test_a_gate_that_is_new_is_made() -> None:
    made = approve(draft(), "staging", "go", NEW, Period(AT, LATER))
    assert follows(made) == []
    assert [one.gate for one in made.environments[1].gates] == ["go"]
    with pytest.raises(UsageError, match="trust add environment"):
        approve(draft(), "lab", "go", NEW, PERIOD)


def test_an_approval_is_withdrawn_for_what_comes_after() -> None:
    ended = end_approval(draft(), "production", "go", "policyDigests", lambda one: one.sha256 == POLICIES, AT)
    assert follows(ended) == []
    assert decides(ended, OLD, AT)
    assert not decides(ended, OLD, AT + timedelta(seconds=1))
    with pytest.raises(UsageError, match="none of policyDigests"):
        end_approval(draft(), "production", "go", "policyDigests", lambda one: one.sha256 == "0" * 64, AT)
    with pytest.raises(UsageError, match="gate 'stop' is not in"):
        end_approval(draft(), "production", "stop", "profiles", lambda _: True, AT)


BACK_DATED: list[Callable[[dict[str, Any]], Any]] = [
    lambda d: d["environments"][0]["gates"][0]["profiles"].append(dated(id="other")),
    lambda d: d["environments"][0]["gates"][0]["policyDigests"].append(dated(sha256="e" * 64)),
    lambda d: d["environments"][0]["gates"][0]["triples"].append(dated(sources=SOURCES, wasm="b" * 64, opa="1")),
    lambda d: d["environments"][0]["gates"][0]["mandatoryControls"].append(dated(control="slo.x")),
    lambda d: d["keys"][1]["roles"].append(dated(role="legal")),
    lambda d: d["keys"].append(key("4", "Lea Legal")),
    lambda d: d["deputies"].append({"role": "legal", "person": "Pia Product", "notBefore": START, "notAfter": END}),
]


@pytest.mark.parametrize("change", BACK_DATED)
def test_nothing_is_approved_for_the_past(change: Callable[[dict[str, Any]], Any]) -> None:
    before = policy()

    def advance(one: dict[str, Any]) -> None:
        one.update(version=2, previous=sha256_hex(trust_statement(before)), validFrom="2026-03-01T12:00:00Z")
        change(one)

    (problem,) = follows(policy(advance))
    assert "is added to hold from 2026-01-01T00:00:00Z, before this version" in problem


@given(
    known=st.one_of(st.none(), st.integers(0, 400)),
    wanted=st.one_of(st.none(), st.integers(0, 400)),
    valid=st.integers(1, 300),
)
def test_what_had_ended_is_not_made_to_hold_on(known: int | None, wanted: int | None, valid: int) -> None:
    """A later version never allows an instant before itself that the version before did not."""

    def day(number: int | None) -> str | None:
        return (
            None
            if number is None
            else f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number):%Y-%m-%dT00:00:00Z}"
        )

    def approval(one: dict[str, Any], end: int | None) -> None:
        one["environments"][0]["gates"][0]["profiles"][0]["notAfter"] = day(end)

    before = policy(lambda one: approval(one, known))

    def advance(one: dict[str, Any]) -> None:
        one.update(version=2, previous=sha256_hex(trust_statement(before)), validFrom=day(valid))
        approval(one, wanted)

    after = policy(advance)
    widened = known is not None and known < valid and (wanted is None or wanted > known)
    assert bool(follows(after, before)) is widened
    profiles = (before.environments[0].gates[0].profiles[0], after.environments[0].gates[0].profiles[0])
    allowed_anew = any(
        profiles[1].holds(at) and not profiles[0].holds(at)
        for at in (instant(str(day(number))) for number in range(valid))
    )
    assert widened or not allowed_anew


def test_an_enrolment_is_about_itself() -> None:
    predicate = EnrolmentPredicate(
        schemaVersion=1,
        trust="example",
        person=None,
        keyId="0" * 64,
        pem=PEM.format("x"),
        challenge="0" * 32,
        timeSigned=START,
    )
    statement = json.loads(enrolment_statement(predicate))
    assert statement["predicateType"] == ENROLMENT_PREDICATE
    assert statement["subject"][0]["name"] == "0" * 64


def test_the_words_say_what_is_allowed_and_what_is_not() -> None:
    words = "\n".join(describe(policy(), AT))
    for said in (
        "trust policy 'example', version 1, valid from 2026-01-01T00:00:00Z; read at 2026-03-01T12:00:00Z",
        "key 0000000000000000 Olga Owner, owner: valid",
        "key 3333333333333333 (machine): valid 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z; signs run for production",
        "signs sign-off for production as legal, product, security",
        "deputy Sam Security for product",
        "never one person: product and security",
        "environment production (production)",
        "  clocks: tsa",
        "  ledger: ledger.example/production; 1 of 1 witnesses must cosign",
        "    profiles: small",
        "    compiled: aaaaaaaaaaaaaaaa by OPA 1.22.2",
        "    controls: slo.p95",
        "    sign-offs: a by product",
        "environment staging (no production)",
        "  no gate: everything is refused",
    ):
        assert said in words


def test_the_words_say_what_has_ended() -> None:
    def change(one: dict[str, Any]) -> None:
        one["keys"][1].update(revokedAt=START, revokedBecause="lost")
        one["keys"][2].update(predicates=[])
        one["environments"][1].update(timestampAuthorities=[])
        for approvals in one["environments"][0]["gates"][0].values():
            if isinstance(approvals, list):
                for approval in approvals:
                    approval.update(notAfter="2026-02-01T00:00:00Z")

    words = "\n".join(describe(policy(change), AT))
    for said in (
        "revoked from 2026-01-01T00:00:00Z on (lost)",
        "signs nothing",
        "clocks: none",
        "profiles: nothing is approved",
        "none is mandatory",
        "none is required",
    ):
        assert said in words
    assert "NOT VALID NOW" in "\n".join(describe(policy(), datetime(2028, 1, 1, tzinfo=UTC)))


def test_what_needs_attention_is_noted() -> None:
    assert notes(policy(), AT) == [
        "1 owner can sign the next version: a lost key would end this policy; add another owner"
    ]

    def change(one: dict[str, Any]) -> None:
        one["keys"][1].update(revokedAt="2026-02-01T00:00:00Z", revokedBecause="lost")
        one["deputies"].clear()
        one["keys"][2].update(predicates=[])
        one["keys"][3].update(environments=[], notAfter="2026-03-31T00:00:00Z")
        one["timestampAuthorities"][0].update(notAfter="2026-03-31T00:00:00Z")
        one["environments"][0].update(ledger=None, witnesses=[], witnessThreshold=0)
        one["environments"][0]["gates"][0]["triples"].clear()

    said = notes(policy(change), AT)
    for expected in (
        "key 2222222222222222 (Sam Security) may sign nothing",
        "key 3333333333333333 (a machine) may sign for no environment",
        "key 3333333333333333 (a machine) ends at 2026-03-31T00:00:00Z: enrol the next one",
        "time-stamp authority tsa ends at 2026-03-31T00:00:00Z",
        "environment production: production without a ledger, so a run that was dropped is not seen",
        "environment production, gate go: nothing in triples holds, so every run is refused",
        "environment production, gate go: nobody is product, who must sign a",
    ):
        assert expected in said
    assert any("no witness must cosign" in one for one in said)


def test_two_owners_need_no_note() -> None:
    both = add_owner(draft(), find_key(draft(), "2" * 8))
    assert notes(both, AT) == []
