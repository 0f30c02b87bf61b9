"""From the statements that people signed to the rows that policies and waivers read: pure, so that it can be repeated.

Rules kept here: the same statements give the same rows, in the same order, whoever builds them; a statement counts from
the time a timestamp authority saw it, never from the time it claims; a withdrawal is by the same person, or by another
who holds the role; one person does not sign in two roles that the trust policy keeps apart; a waiver needs the consent
of a different person, begins no earlier than that consent, and lasts no longer than the trust policy allows; what does
not count is listed with the name of the reason, never dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.core.people import (
    ADJUDICATOR,
    AdjudicationPredicate,
    PersonPredicate,
    SignOffPredicate,
    WaiverApprovalPredicate,
    WaiverPredicate,
)
from auditor.model import epoch_us
from auditor.statement_tables import STATEMENT_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.columns import Column, Table
    from auditor.core.statement import ScopeMember

SCHEMA_VERSION = 1
TYPES: dict[str, type] = {"instant": int, "int": int, "text": str, "bool": bool}
NOT_COUNTED: dict[str, str] = {
    "other-release": "it is about another release",
    "other-person": "it names another person than the trust policy knows the key by, or the key is a machine's",
    "role-not-held": "the person did not hold the role when they signed",
    "not-the-adjudicator": "only Security adjudicates",
    "roles-kept-apart": "the person, or the key, has signed in a role that is kept apart from this one",
    "nothing-to-withdraw": "what it withdraws is no sign-off that counts, or was signed later",
    "not-theirs-to-withdraw": "neither the person nor the role is that of the sign-off",
    "waiver-unapproved": "nobody has approved the waiver",
    "waiver-approved-by-its-author": "only its author, or its author's key, has approved the waiver",
    "waiver-back-dated": "the waiver would hold from before it was signed",
    "waiver-too-long": "the waiver would last longer than the trust policy allows",
    "waiver-never-begins": "the waiver was approved after its end",
    "no-such-waiver": "it approves a waiver that is not there",
}


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement whose signature and time were checked: its digest, who by the trust policy, and when.

    ``spki`` is the SHA-256 of the public key; ``roles`` are those the person held at ``signed_at``, as a deputy too.
    """

    digest: str
    spki: str
    person: str | None
    roles: frozenset[str]
    signed_at: datetime
    predicate: PersonPredicate


@dataclass(frozen=True, slots=True)
class Separation:
    """What the trust policy says of who may not be one: pairs of roles, and the longest waiver."""

    distinct: frozenset[frozenset[str]] = frozenset()
    longest_waiver: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class EvidenceTables:
    """The rows of the tables of ``auditor.statement_tables``, and what was not accepted (digest -> reason's name)."""

    tables: dict[str, Sequence[dict[str, Any]]]
    refused: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the JSON form, as it is kept in a bundle."""
        refused = [{"statement": digest, "reason": reason} for digest, reason in sorted(self.refused.items())]
        tables = {name: list(rows) for name, rows in self.tables.items()}
        return {"schemaVersion": SCHEMA_VERSION, "tables": tables, "refused": refused}


def read_tables(document: Any) -> EvidenceTables:
    """Return the tables of a document as ``EvidenceTables.document`` makes it. Raises ``ValueError``."""
    if not isinstance(document, dict) or document.keys() != {"schemaVersion", "tables", "refused"}:
        raise ValueError("has not exactly the members schemaVersion, tables and refused")
    if type(document["schemaVersion"]) is not int or document["schemaVersion"] != SCHEMA_VERSION:
        raise ValueError(f"is of version {document['schemaVersion']!r}, expected {SCHEMA_VERSION}")
    tables = document["tables"]
    if not isinstance(tables, dict) or tables.keys() != STATEMENT_TABLES.keys():
        raise ValueError(f"has not exactly the tables {', '.join(STATEMENT_TABLES)}")
    for name, rows in tables.items():
        if not isinstance(rows, list) or not all(_is_row(row, STATEMENT_TABLES[name]) for row in rows):
            columns = ", ".join(sorted(column.name for column in STATEMENT_TABLES[name].columns))
            raise ValueError(f"table {name} is no list of rows with exactly the columns {columns}, each of its type")
    try:
        refused = {one["statement"]: one["reason"] for one in document["refused"]}
    except (TypeError, LookupError) as error:
        raise ValueError("refused is no list of statements with reasons") from error
    found = EvidenceTables(tables, refused)
    if not all(isinstance(one, str) for one in (*refused, *refused.values())) or found.document() != document:
        raise ValueError("refused is no sorted list of statements with reasons, each once")
    return found


def _is_row(row: Any, table: Table) -> bool:
    """Say whether ``row`` has exactly the columns of ``table``, each of its type."""
    return (
        isinstance(row, dict)
        and row.keys() == {column.name for column in table.columns}
        and all(_is_value(row[column.name], column) for column in table.columns)
    )


def _is_value(value: Any, column: Column) -> bool:
    if value is None:
        return column.nullable
    return type(value) is TYPES[column.type] and (not column.values or value in column.values)


NO_STATEMENTS = EvidenceTables(dict.fromkeys(STATEMENT_TABLES, ()))


def evidence_tables(
    statements: Iterable[SignedStatement],
    refused: Mapping[str, str],
    scope: ScopeMember,
    separation: Separation,
) -> EvidenceTables:
    """Return the rows of ``statements`` that are about the release of ``scope``, in order of time and digest.

    ``refused`` are the statements that did not come this far: digest -> name of the refusal.
    """
    left = dict(refused)
    accepted: list[SignedStatement] = []
    for one in sorted(statements, key=lambda one: (one.signed_at, one.digest)):
        problem = _problem(one, scope)
        if problem:
            left[one.digest] = problem
        else:
            accepted.append(one)
    sign_offs = _sign_offs(accepted, left, separation)
    waivers = _waivers(accepted, left, separation)
    adjudications = [
        _said(one) | {"line": said.line, "control": said.control, "resource": said.resource}
        for one in accepted
        if isinstance(said := one.predicate, AdjudicationPredicate)
    ]
    rows = {"sign_offs": sign_offs, "waivers": waivers, "adjudications": adjudications}
    return EvidenceTables({**NO_STATEMENTS.tables, **rows}, left)


def with_earlier_runs(
    evidence: EvidenceTables, prior: Sequence[dict[str, Any]], places: Sequence[dict[str, Any]]
) -> EvidenceTables:
    """Return ``evidence`` with what earlier runs decided, and where the run stands in its ledger."""
    return replace(evidence, tables={**evidence.tables, "prior_verdicts": prior, "ledger_places": places})


def _problem(one: SignedStatement, scope: ScopeMember) -> str:
    """Return why a statement does not count whatever else was signed, or nothing."""
    said = one.predicate
    if (said.scope.system, said.scope.environment, said.scope.release) != (
        scope.system,
        scope.environment,
        scope.release,
    ):
        return "other-release"
    if one.person is None or said.person != one.person:
        return "other-person"
    if said.role not in one.roles:
        return "role-not-held"
    if isinstance(said, AdjudicationPredicate) and said.role != ADJUDICATOR:
        return "not-the-adjudicator"
    return ""


def _sign_offs(
    accepted: Sequence[SignedStatement], left: dict[str, str], separation: Separation
) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    held: list[tuple[SignedStatement, str]] = []
    for one in accepted:
        said = one.predicate
        if not isinstance(said, SignOffPredicate):
            continue
        if said.withdraws is None:
            if _two_roles(one, said.role, held, separation):
                left[one.digest] = "roles-kept-apart"
                continue
            held.append((one, said.role))
            rows[one.digest] = _said(one) | {
                "line": said.line,
                "decision": said.decision,
                "valid_until": epoch_us(_utc(said.validUntil)),
                "withdrawn_at": None,
            }
            continue
        withdrawn = rows.get(said.withdraws)
        if withdrawn is None:
            left[one.digest] = "nothing-to-withdraw"
        elif withdrawn["person"] != said.person and withdrawn["role"] != said.role:
            left[one.digest] = "not-theirs-to-withdraw"
        elif withdrawn["withdrawn_at"] is None:
            rows[said.withdraws] = withdrawn | {"withdrawn_at": epoch_us(one.signed_at)}
    return list(rows.values())


def _two_roles(
    one: SignedStatement, role: str, held: Iterable[tuple[SignedStatement, str]], separation: Separation
) -> bool:
    """Say whether its person, or its key, has signed in a role that is kept apart from ``role``."""
    return any(
        frozenset({role, other}) in separation.distinct
        for before, other in held
        if before.person == one.person or before.spki == one.spki
    )


def _waivers(accepted: Sequence[SignedStatement], left: dict[str, str], separation: Separation) -> list[dict[str, Any]]:
    consents: dict[str, list[SignedStatement]] = {}
    for one in accepted:
        if isinstance(one.predicate, WaiverApprovalPredicate):
            consents.setdefault(one.predicate.waiver, []).append(one)
    rows = []
    for one in accepted:
        said = one.predicate
        if not isinstance(said, WaiverPredicate):
            continue
        consent, problem = _consent(one, consents.pop(one.digest, []))
        if consent is None:
            left[one.digest] = problem
            continue
        begins = max(_utc(said.notBefore), consent.signed_at)
        problem = _waiver_problem(one, said, begins, separation)
        if problem:
            left[one.digest] = problem
            continue
        rows.append(
            _said(one)
            | {
                "control": said.control,
                "resource": said.resource,
                "policy_digest": said.policyDigest,
                "approver": consent.person,
                "not_before": epoch_us(begins),
                "expiry": epoch_us(_utc(said.expiry)),
            }
        )
    left.update({one.digest: "no-such-waiver" for orphans in consents.values() for one in orphans})
    return rows


def _waiver_problem(one: SignedStatement, said: WaiverPredicate, begins: datetime, separation: Separation) -> str:
    if _utc(said.notBefore) < one.signed_at:
        return "waiver-back-dated"
    if _utc(said.expiry) - _utc(said.notBefore) > separation.longest_waiver:
        return "waiver-too-long"
    return "waiver-never-begins" if begins >= _utc(said.expiry) else ""


def _consent(waiver: SignedStatement, consents: Sequence[SignedStatement]) -> tuple[SignedStatement | None, str]:
    """Return the first consent by somebody else, or None and why there is none."""
    if not consents:
        return None, "waiver-unapproved"
    for one in consents:
        if one.person != waiver.person and one.spki != waiver.spki:
            return one, ""
    return None, "waiver-approved-by-its-author"


def _said(one: SignedStatement) -> dict[str, Any]:
    said = one.predicate
    return {
        "system": said.scope.system,
        "environment": said.scope.environment,
        "release": said.scope.release,
        "statement": one.digest,
        "run": said.run,
        "person": said.person,
        "role": said.role,
        "signed_at": epoch_us(one.signed_at),
    }


def _utc(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(UTC)
