"""Questions to a trust policy: each refusal by its name, and judged at the trusted time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.authority import (
    Triple,
    check_role,
    gate_approval,
    known_key,
    required_sign_offs,
    roles_of,
    signing_key,
    timestamp_authorities,
)
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.trust import TRUST_PREDICATE
from auditor.errors import VerificationError
from trusting import AT, POLICIES, SIGN_OFF, SOURCES, WASM, policy

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER, PRODUCT, SECURITY, RUNNER = (letter * 64 for letter in "0123")
DECIDED: dict[str, Any] = {
    "profile_id": "small",
    "policy_digest": POLICIES,
    "controls": {"slo.p95", "slo.errors"},
    "triple": Triple(SOURCES, WASM, "1.22.2"),
    "at": AT,
}
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by timezones


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(VerificationError) as caught:
        call()
    return caught.value.code


def test_a_key_signs_what_it_may() -> None:
    assert signing_key(policy(), PRODUCT, SIGN_OFF, AT, environment="production").person == "Pia Product"
    assert signing_key(policy(), RUNNER, RUN_PREDICATE, AT, environment="staging").person is None


def test_a_key_without_environments_signs_what_is_about_none() -> None:
    assert signing_key(policy(), OWNER, TRUST_PREDICATE, AT, environment=None).keyId == OWNER
    assert (
        refused(lambda: signing_key(policy(), OWNER, TRUST_PREDICATE, AT, environment="production"))
        == "key-not-for-environment"
    )


def test_a_refusal_says_whose_key_it_is_and_what_it_may() -> None:
    with pytest.raises(
        VerificationError, match=f"key {PRODUCT[:16]} .Pia Product. may not .*; it may sign {SIGN_OFF}$"
    ):
        signing_key(policy(), PRODUCT, RUN_PREDICATE, AT, environment="production")
    with pytest.raises(VerificationError, match=f"key {RUNNER[:16]} .a machine. may not sign"):
        signing_key(policy(), RUNNER, SIGN_OFF, AT, environment="production")
    with pytest.raises(VerificationError, match="key 0{16} .*; it may for nothing$"):
        signing_key(policy(), OWNER, TRUST_PREDICATE, AT, environment="production")


@pytest.mark.parametrize(
    ("key_id", "predicate", "environment", "code"),
    [
        ("9" * 64, SIGN_OFF, "production", "key-unknown"),
        ("", SIGN_OFF, "production", "key-unknown"),
        (RUNNER, SIGN_OFF, "production", "key-not-for-predicate"),
        (PRODUCT, RUN_PREDICATE, "production", "key-not-for-predicate"),
        (PRODUCT, SIGN_OFF, "staging", "key-not-for-environment"),
    ],
)
def test_a_key_signs_nothing_else(key_id: str, predicate: str, environment: str, code: str) -> None:
    assert refused(lambda: signing_key(policy(), key_id, predicate, AT, environment=environment)) == code


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2025-12-31T23:59:59Z", "key-outside-validity"),
        ("2026-01-01T00:00:00Z", None),
        ("2026-05-31T23:59:59.999999Z", None),
        ("2026-06-01T00:00:00Z", "key-revoked"),
        ("2026-07-01T00:00:00Z", "key-revoked"),
        ("2027-01-01T00:00:01Z", "key-outside-validity"),
    ],
)
def test_a_key_is_judged_at_the_time_of_signing(at: str, code: str | None) -> None:
    revoked = policy(
        lambda one: one["keys"][1].update(revokedAt="2026-06-01T00:00:00Z", revokedBecause="the token was lost")
    )

    def ask() -> object:
        return signing_key(revoked, PRODUCT, SIGN_OFF, datetime.fromisoformat(at), environment="production")

    if code is None:
        ask()
    else:
        assert refused(ask) == code


def test_a_period_holds_to_its_last_instant() -> None:
    signing_key(policy(), PRODUCT, SIGN_OFF, datetime(2027, 1, 1, tzinfo=UTC), environment="production")


@given(moments)
def test_a_revocation_takes_away_and_never_gives(at: datetime) -> None:
    def allowed(change: Callable[[dict[str, Any]], Any]) -> bool:
        try:
            signing_key(policy(change), PRODUCT, SIGN_OFF, at, environment="production")
        except VerificationError:
            return False
        return True

    def revoke(one: dict[str, Any]) -> None:
        one["keys"][1].update(revokedAt="2026-06-01T00:00:00Z", revokedBecause="lost")

    assert allowed(lambda _: None) or not allowed(revoke)


def test_a_deputy_has_the_role_for_a_time() -> None:
    security = known_key(policy(), SECURITY)
    own = {"security", "legal"}
    assert roles_of(policy(), security, AT) == own | {"product"}
    assert roles_of(policy(), security, AT + timedelta(days=60)) == own
    assert roles_of(policy(), known_key(policy(), RUNNER), AT) == {"runner"}
    assert roles_of(policy(), known_key(policy(), PRODUCT), AT) == {"product"}


def test_a_role_ends() -> None:
    ended = policy(lambda one: one["keys"][1]["roles"][0].update(notAfter="2026-02-01T00:00:00Z"))
    check_role(ended, known_key(ended, PRODUCT), "product", datetime(2026, 2, 1, tzinfo=UTC))
    assert refused(lambda: check_role(ended, known_key(ended, PRODUCT), "product", AT)) == "role-not-held"
    assert refused(lambda: check_role(ended, known_key(ended, RUNNER), "product", AT)) == "role-not-held"


def test_what_is_approved_passes() -> None:
    approved = gate_approval(policy(), "production", "go", **DECIDED)
    assert required_sign_offs(approved, AT) == (("a", "product"),)
    assert required_sign_offs(approved, datetime(2025, 1, 1, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"environment": "prod"}, "environment-unknown"),
        ({"gate": "go2"}, "gate-unknown"),
        ({"environment": "staging"}, "gate-unknown"),
        ({"profile_id": "smaller"}, "profile-unapproved"),
        ({"policy_digest": "e" * 64}, "policy-unapproved"),
        ({"controls": {"slo.errors"}}, "control-missing"),
        ({"controls": set()}, "control-missing"),
        ({"triple": Triple("6" * 64, WASM, "1.22.2")}, "pack-unapproved"),
        ({"triple": Triple(SOURCES, "b" * 64, "1.22.2")}, "pack-unapproved"),
        ({"triple": Triple(SOURCES, WASM, "1.22.1")}, "pack-unapproved"),
        ({"at": datetime(2025, 12, 31, tzinfo=UTC)}, "profile-unapproved"),
    ],
)
def test_what_is_not_approved_is_refused(changes: dict[str, Any], code: str) -> None:
    asked = {"environment": "production", "gate": "go"} | DECIDED | changes
    environment, gate = asked.pop("environment"), asked.pop("gate")
    assert refused(lambda: gate_approval(policy(), environment, gate, **asked)) == code


@pytest.mark.parametrize(
    ("member", "code"),
    [("profiles", "profile-unapproved"), ("policyDigests", "policy-unapproved"), ("triples", "pack-unapproved")],
)
@pytest.mark.parametrize("change", ["emptied", "ended", "later"])
def test_an_empty_or_ended_list_refuses(member: str, code: str, change: str) -> None:
    def edit(one: dict[str, Any]) -> None:
        listed = one["environments"][0]["gates"][0][member]
        if change == "emptied":
            listed.clear()
        elif change == "ended":
            listed[0]["notAfter"] = "2026-03-01T11:59:59Z"
        else:
            listed[0]["notBefore"] = "2026-03-01T12:00:01Z"

    assert refused(lambda: gate_approval(policy(edit), "production", "go", **DECIDED)) == code


def test_a_run_that_evaluated_nothing_is_refused_even_where_nothing_is_mandatory() -> None:
    asked = policy(lambda one: one["environments"][0]["gates"][0]["mandatoryControls"].clear())
    gate_approval(asked, "production", "go", **DECIDED | {"controls": {"slo.errors"}})
    assert refused(lambda: gate_approval(asked, "production", "go", **DECIDED | {"controls": ()})) == "control-missing"


def test_an_approval_that_ended_later_still_holds_for_what_was_decided_before() -> None:
    def end(one: dict[str, Any]) -> None:
        for member in ("profiles", "policyDigests", "triples"):
            one["environments"][0]["gates"][0][member][0]["notAfter"] = "2026-03-02T00:00:00Z"

    gate_approval(policy(end), "production", "go", **DECIDED)


def test_each_environment_believes_its_own_clocks() -> None:
    names = {name: [one.name for one in timestamp_authorities(policy(), name)] for name in ("production", "staging")}
    assert names == {"production": ["tsa"], "staging": ["tsa", "desk"]}
    forced = policy(lambda one: one["environments"][0].update(timestampAuthorities=["desk"]))
    assert timestamp_authorities(forced, "production") == ()
