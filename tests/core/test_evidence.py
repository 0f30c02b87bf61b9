"""From signed statements to rows: each rule by name, and the order of the statements never matters."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.evidence import (
    NO_STATEMENTS,
    EvidenceTables,
    Separation,
    SignedStatement,
    evidence_tables,
    read_tables,
)
from auditor.core.people import ADJUDICATION, MODELS, SIGN_OFF, WAIVER, WAIVER_APPROVAL, PersonPredicate
from auditor.core.statement import ScopeMember
from auditor.model import epoch_us, isoformat
from people_said import SIGNED

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCOPE = ScopeMember(system="support", environment="production", release="r1", phase="later")
RULES = Separation(frozenset({frozenset({"security", "product"})}), timedelta(days=7))
ROLES = {"ada": frozenset({"security", "product"}), "bo": frozenset({"security"}), "cy": frozenset({"product"})}


def signed(digest: str, kind: str, after: timedelta = timedelta(0), *, key: str = "", **change: Any) -> SignedStatement:
    document = SIGNED[kind] | change
    predicate = MODELS[kind].model_validate_json(json.dumps(document))
    assert isinstance(predicate, PersonPredicate)
    person = document["person"]
    return SignedStatement(digest * 64, key or person, person, ROLES.get(person, frozenset()), NOON + after, predicate)


def build(*statements: SignedStatement, refused: dict[str, str] | None = None) -> EvidenceTables:
    return evidence_tables(statements, refused or {}, SCOPE, RULES)


def one_row(tables: EvidenceTables, name: str) -> dict[str, Any]:
    assert not tables.refused
    (row,) = tables.tables[name]
    return row


def why(tables: EvidenceTables, digest: str) -> str:
    assert digest * 64 not in {row["statement"] for rows in tables.tables.values() for row in rows}
    return tables.refused[digest * 64]


WAIVED = signed("a", WAIVER, notBefore=isoformat(NOON), expiry=isoformat(NOON + timedelta(days=7)))
CONSENT = signed("b", WAIVER_APPROVAL, HOUR, person="bo", waiver="a" * 64)


def test_a_sign_off_is_a_row_with_the_time_that_was_proven() -> None:
    row = one_row(build(signed("a", SIGN_OFF, HOUR)), "sign_offs")
    assert row["signed_at"] == epoch_us(NOON + HOUR)
    assert (row["person"], row["role"], row["decision"], row["withdrawn_at"]) == ("ada", "security", "APPROVED", None)


def test_another_release_person_or_role_is_not_counted() -> None:
    scope = SIGNED[SIGN_OFF]["scope"]
    for member in ("system", "environment", "release"):
        assert why(build(signed("a", SIGN_OFF, scope=scope | {member: "other"})), "a") == "other-release"
    assert build(signed("a", SIGN_OFF, scope=scope | {"phase": "other"})).refused == {}
    lent = SignedStatement("a" * 64, "k", "bo", ROLES["bo"], NOON, signed("a", SIGN_OFF).predicate)
    assert why(build(lent), "a") == "other-person"
    machine = SignedStatement("a" * 64, "k", None, ROLES["ada"], NOON, signed("a", SIGN_OFF).predicate)
    assert why(build(machine), "a") == "other-person"
    assert why(build(signed("a", SIGN_OFF, person="bo", role="product")), "a") == "role-not-held"


def test_one_person_does_not_sign_in_two_roles_that_are_kept_apart() -> None:
    first = signed("a", SIGN_OFF)
    assert why(build(first, signed("b", SIGN_OFF, HOUR, role="product")), "b") == "roles-kept-apart"
    lent = signed("b", SIGN_OFF, HOUR, role="product", person="cy", key="ada")
    assert why(build(first, lent), "b") == "roles-kept-apart"
    second_key = signed("b", SIGN_OFF, HOUR, role="product", key="another of ada's")
    assert why(build(first, second_key), "b") == "roles-kept-apart"
    other = signed("b", SIGN_OFF, HOUR, role="product", person="cy")
    assert len(build(first, other).tables["sign_offs"]) == 2
    same_role = signed("b", SIGN_OFF, HOUR, line="218")
    assert len(build(first, same_role).tables["sign_offs"]) == 2


def test_a_withdrawal_stays_beside_what_it_withdraws() -> None:
    withdrawal = signed("b", SIGN_OFF, HOUR, decision="WITHDRAWN", withdraws="a" * 64)
    row = one_row(build(signed("a", SIGN_OFF), withdrawal), "sign_offs")
    assert (row["decision"], row["withdrawn_at"]) == ("APPROVED", epoch_us(NOON + HOUR))
    again = signed("c", SIGN_OFF, 2 * HOUR, decision="WITHDRAWN", withdraws="a" * 64)
    row = one_row(build(signed("a", SIGN_OFF), withdrawal, again), "sign_offs")
    assert row["withdrawn_at"] == epoch_us(NOON + HOUR)


def test_who_may_withdraw() -> None:
    def withdrawing(**change: Any) -> EvidenceTables:
        said = signed("b", SIGN_OFF, HOUR, decision="WITHDRAWN", withdraws="a" * 64, **change)
        return build(signed("a", SIGN_OFF), said)

    assert withdrawing(person="bo").refused == {}
    assert withdrawing(role="product").refused == {}
    assert withdrawing(person="cy", role="product").refused == {"b" * 64: "not-theirs-to-withdraw"}
    early = signed("b", SIGN_OFF, -HOUR, decision="WITHDRAWN", withdraws="a" * 64)
    assert why(build(signed("a", SIGN_OFF), early), "b") == "nothing-to-withdraw"


def test_a_waiver_begins_with_the_consent_of_another() -> None:
    row = one_row(build(WAIVED, CONSENT), "waivers")
    assert (row["person"], row["approver"]) == ("ada", "bo")
    assert (row["not_before"], row["expiry"]) == (epoch_us(NOON + HOUR), epoch_us(NOON + timedelta(days=7)))


def test_a_waiver_without_the_consent_of_another_is_none() -> None:
    assert why(build(WAIVED), "a") == "waiver-unapproved"
    own = signed("b", WAIVER_APPROVAL, HOUR, waiver="a" * 64, role="product")
    assert why(build(WAIVED, own), "a") == "waiver-approved-by-its-author"
    lent = signed("b", WAIVER_APPROVAL, HOUR, waiver="a" * 64, person="bo", key="ada")
    assert why(build(WAIVED, lent), "a") == "waiver-approved-by-its-author"
    second_key = signed("b", WAIVER_APPROVAL, HOUR, waiver="a" * 64, key="another of ada's")
    assert why(build(WAIVED, second_key), "a") == "waiver-approved-by-its-author"
    assert one_row(build(WAIVED, own, signed("c", WAIVER_APPROVAL, HOUR, person="bo", waiver="a" * 64)), "waivers")
    assert why(build(CONSENT), "b") == "no-such-waiver"


def test_a_waiver_is_never_back_dated_nor_too_long() -> None:
    end = isoformat(NOON + timedelta(days=2))
    early = signed("a", WAIVER, notBefore=isoformat(NOON - timedelta(microseconds=1)), expiry=end)
    assert why(build(early, CONSENT), "a") == "waiver-back-dated"
    week = NOON + timedelta(days=7, microseconds=1)
    long = signed("a", WAIVER, notBefore=isoformat(NOON), expiry=isoformat(week))
    assert why(build(long, CONSENT), "a") == "waiver-too-long"
    over = signed("a", WAIVER, notBefore=isoformat(NOON), expiry=isoformat(NOON + HOUR))
    assert why(build(over, CONSENT), "a") == "waiver-never-begins"


def test_where_no_longest_waiver_is_said_none_is_short_enough() -> None:
    instant = timedelta(microseconds=1)
    brief = signed("a", WAIVER, notBefore=isoformat(NOON), expiry=isoformat(NOON + instant))
    consent = signed("b", WAIVER_APPROVAL, person="bo", waiver="a" * 64)
    assert why(evidence_tables([brief, consent], {}, SCOPE, Separation()), "a") == "waiver-too-long"
    assert one_row(evidence_tables([brief, consent], {}, SCOPE, Separation(longest_waiver=instant)), "waivers")


def test_only_security_adjudicates() -> None:
    row = one_row(build(signed("a", ADJUDICATION)), "adjudications")
    assert (row["line"], row["control"], row["resource"]) == ("rollback.errors", "rollback.errors_brief", "all")
    assert why(build(signed("a", ADJUDICATION, role="product")), "a") == "not-the-adjudicator"


def test_what_did_not_come_this_far_is_listed() -> None:
    document = build(refused={"d" * 64: "key-revoked"}).document()
    assert document["refused"] == [{"statement": "d" * 64, "reason": "key-revoked"}]
    assert (
        document["tables"]
        == NO_STATEMENTS.document()["tables"]
        == {
            "sign_offs": [],
            "waivers": [],
            "adjudications": [],
            "prior_verdicts": [],
            "ledger_places": [],
        }
    )


@given(st.permutations([
    WAIVED,
    CONSENT,
    signed("c", SIGN_OFF),
    signed("d", SIGN_OFF, HOUR, decision="WITHDRAWN", withdraws="c" * 64),
    signed("e", SIGN_OFF, HOUR, role="product"),
    signed("f", ADJUDICATION),
]))  # fmt: skip
def test_the_order_never_matters(statements: list[SignedStatement]) -> None:
    ordered = sorted(statements, key=lambda one: one.digest)
    assert build(*statements).document() == build(*ordered).document()


def rebuilt() -> Any:
    """Return the document of tables with a withdrawn sign-off in them, and two that were refused."""
    kept = signed("a", SIGN_OFF)
    withdrawal = signed("b", SIGN_OFF, HOUR, decision="WITHDRAWN", withdraws=kept.digest)
    return build(kept, withdrawal, refused={"d" * 64: "key-revoked", "e" * 64: "key-unknown"}).document()


def test_tables_are_read_as_they_were_written() -> None:
    assert read_tables(rebuilt()).document() == rebuilt()
    standing = build(signed("a", SIGN_OFF)).document()
    assert read_tables(standing).document() == standing
    assert read_tables(NO_STATEMENTS.document()).document() == NO_STATEMENTS.document()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("refused"), "exactly the members"),
        (lambda d: d.update(schemaVersion=2), "version 2"),
        (lambda d: d.update(schemaVersion=True), "version True"),
        (lambda d: d["tables"].pop("waivers"), "exactly the tables"),
        (lambda d: d.update(tables=list(d["tables"])), "exactly the tables"),
        (lambda d: d["tables"].update(waivers={}), "table waivers"),
        (lambda d: d["tables"]["sign_offs"].append(None), "table sign_offs"),
        (lambda d: d["tables"]["sign_offs"][0].pop("role"), "table sign_offs"),
        (lambda d: d["tables"]["sign_offs"][0].update(role=None), "table sign_offs"),
        (lambda d: d["tables"]["sign_offs"][0].update(signed_at=True), "table sign_offs"),
        (lambda d: d["tables"]["sign_offs"][0].update(signed_at=1.5), "table sign_offs"),
        (lambda d: d["tables"]["sign_offs"][0].update(decision="MAYBE"), "table sign_offs"),
        (lambda d: d.update(refused=7), "refused is no list"),
        (lambda d: d.update(refused=[{}]), "refused is no list"),
        (lambda d: d.update(refused={}), "refused is no sorted list"),
        (lambda d: d["refused"].reverse(), "refused is no sorted list"),
        (lambda d: d["refused"].append(d["refused"][-1]), "refused is no sorted list"),
        (lambda d: d["refused"][0].update(reason=7), "refused is no sorted list"),
        (lambda d: d["refused"][0].update(extra=""), "refused is no sorted list"),
    ],
)
def test_tables_of_any_other_form_are_refused(change: Any, said: str) -> None:
    document = rebuilt()
    change(document)
    with pytest.raises(ValueError, match=said):
        read_tables(document)
    with pytest.raises(ValueError, match="exactly the members"):
        read_tables([document])
