"""What a person signs about a run: made from a verified bundle, checked against the trust policy before it is signed.

Rules kept here: who signs is the person that the policy knows the key by, and the role one that they hold; what a
statement names (a line, a finding) is in the bundle; a sign-off carries the digest of the page that was read, which is
made again here and compared. A statement counts once it is filed in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.reports.sign_off_page import render_sign_off_page, shown
from auditor.adapters.signing.envelope import sign
from auditor.core.authority import check_role, signing_key
from auditor.core.canonical import sha256_hex
from auditor.core.people import (
    ADJUDICATION,
    SIGN_OFF,
    WAIVER,
    WAIVER_APPROVAL,
    AdjudicationPredicate,
    SignOffPredicate,
    WaiverApprovalPredicate,
    WaiverPredicate,
    run_subject,
)
from auditor.core.statement import Exact, statement_bytes
from auditor.errors import UsageError
from auditor.model import isoformat
from auditor.shell.statements import open_person
from auditor.shipped import reports_dir

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Timestamper
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.shell.other_runs import OtherRun
    from auditor.shell.verify import Verification

WHOLE_RUN = "run"
WAIVER_DELAY = timedelta(minutes=1)  # a waiver begins after the clock of the authority has seen it


@dataclass(frozen=True, slots=True)
class Author:
    """A person about to sign: key, clock, the role they act in, and the trust policy that knows them."""

    trust: LoadedTrust
    signer: Signer
    timestamper: Timestamper
    role: str


def sign_off_page(verified: Verification, others: Sequence[OtherRun], line: str, role: str) -> bytes:
    """Return the page (HTML) to read before signing off ``line``; ``others`` are runs that the person must know of.

    Raises ``UsageError`` when there is no such line.
    """
    bundle = verified.bundle
    return render_sign_off_page(
        bundle.predicate,
        bundle.statement,
        bundle.document,
        verified.words,
        reports_dir(),
        line=line,
        title=line_title(bundle.document, line),
        role=role,
        others=others,
    )


def sign_off(
    verified: Verification,
    others: Sequence[OtherRun],
    author: Author,
    *,
    line: str,
    decision: str,
    page: bytes,
    comment: str,
    valid_until: datetime,
    now: datetime,
    withdraws: str | None = None,
) -> bytes:
    """Return the envelope of a sign-off of ``line``; ``page`` is what the person read.

    Raises:
        UsageError: the page is not of this run, line and role, or the statement contradicts itself.
        VerificationError: the trust policy does not let this key say so, or in this role.
        EngineError: the signer or the clock failed.
    """
    if page != sign_off_page(verified, others, line, author.role):
        raise UsageError(
            f"the page is not the one for line {line!r}, role {author.role!r} and this run as the ledger now stands",
            remedy="make it with `auditor sign-off request`, read that, and sign with the same --line and --role",
        )
    members = {
        "line": line,
        "decision": decision,
        "withdraws": withdraws,
        "acknowledges": sorted(one.statement for one in others),
        "shown": shown(verified.bundle.document, sha256_hex(page)),
        "comment": comment,
        "validUntil": isoformat(valid_until),
    }
    return _signed(verified, author, SIGN_OFF, SignOffPredicate, members, now)


def waive(
    verified: Verification,
    author: Author,
    *,
    control: str,
    resource: str,
    reason: str,
    not_before: datetime,
    expiry: datetime,
    now: datetime,
) -> bytes:
    """Return the envelope of a waiver of a finding that fails in the run; it counts once another person approves it.

    Raises:
        UsageError: no such finding fails, or it cannot be waived so long or from then.
        VerificationError, EngineError: as ``sign_off``.
    """
    _failing(verified, control, resource)
    longest = author.trust.policy.maxima.waiverSeconds
    if not_before < now:
        raise UsageError(f"the waiver would begin at {isoformat(not_before)}, before now: it is never back-dated")
    if (expiry - not_before).total_seconds() > longest:
        raise UsageError(f"the waiver would last longer than the {longest} s that the trust policy allows")
    members = {
        "control": control,
        "resource": resource,
        "policyDigest": verified.bundle.predicate.policyDigest,
        "reason": reason,
        "notBefore": isoformat(not_before),
        "expiry": isoformat(expiry),
    }
    return _signed(verified, author, WAIVER, WaiverPredicate, members, now)


def approve_waiver(
    verified: Verification, author: Author, *, waiver: bytes, digest: str, comment: str, now: datetime
) -> bytes:
    """Return the envelope of the consent to a waiver, whose envelope and digest are given. Raises as ``sign_off``."""
    asked = open_person(waiver, digest, author.trust, verified.bundle.predicate.scope.environment)
    if not isinstance(asked.predicate, WaiverPredicate):
        raise UsageError("what is to be approved is no waiver", remedy="give the file that `auditor waive` wrote")
    if asked.predicate.run != verified.bundle.statement:
        raise UsageError("the waiver is about another run than this bundle")
    environment = verified.bundle.predicate.scope.environment
    person = _person(author, WAIVER_APPROVAL, environment, now)
    if asked.spki == author.signer.public_key.keyid or asked.person == person:
        raise UsageError(
            "a waiver is approved by another person than its author", remedy="have somebody else approve it"
        )
    members = {"waiver": digest, "comment": comment}
    return _signed(verified, author, WAIVER_APPROVAL, WaiverApprovalPredicate, members, now)


def adjudicate(
    verified: Verification,
    author: Author,
    *,
    line: str,
    control: str,
    resource: str,
    reason: str,
    now: datetime,
) -> bytes:
    """Return the envelope that calls the firing of a trigger a false positive. Raises as ``waive``."""
    finding = _failing(verified, control, resource, line)
    members = {
        "line": finding["line"],
        "control": control,
        "resource": resource,
        "decision": "FALSE_POSITIVE",
        "reason": reason,
    }
    return _signed(verified, author, ADJUDICATION, AdjudicationPredicate, members, now)


def line_title(document: dict[str, Any], line: str) -> str:
    """Return what a line, a gate, or the whole run is called. Raises ``UsageError`` when there is none of that name."""
    if line == WHOLE_RUN:
        return "The whole run"
    titles = {one["line"]: one["title"] for one in document["lines"]}
    titles |= {one["gate"]: one["title"] for one in document["gates"]}
    for one in document["lines"]:
        titles |= dict.fromkeys(one["checklist"], one["title"])
    if line not in titles:
        raise UsageError(
            f"{layout.DECISIONS}: has no line or gate {line!r}",
            remedy=f"name one of its lines or gates, or {WHOLE_RUN!r} for the whole run",
        )
    return str(titles[line])


def _failing(verified: Verification, control: str, resource: str, line: str | None = None) -> dict[str, Any]:
    """Return the finding that fails. Raises ``UsageError`` when there is none."""
    for one in verified.bundle.document["findings"]:
        about = (one["control"], one["resource"]) == (control, resource)
        if about and one["verdict"] == "fail" and line in {None, one["line"]}:
            return dict(one)
    raise UsageError(
        f"no finding of control {control!r} for {resource!r} fails in this run",
        remedy="only a finding that is there, and fails, can be waived or adjudicated: see the bundle's report",
    )


def _person(author: Author, predicate_type: str, environment: str, now: datetime) -> str:
    """Return who the policy says the signer is, if it lets them say this now, in their role."""
    key_id = author.signer.public_key.keyid
    policy = author.trust.policy
    key = signing_key(policy, key_id, predicate_type, now, environment=environment)
    check_role(policy, key, author.role, now)
    if key.person is None:
        raise UsageError(f"key {key_id[:16]} is a machine's: only a person approves", remedy="sign with your own key")
    return key.person


def _signed(
    verified: Verification,
    author: Author,
    predicate_type: str,
    model: type[Exact],
    members: dict[str, Any],
    now: datetime,
) -> bytes:
    bundle = verified.bundle
    said = {
        "schemaVersion": 1,
        "scope": bundle.predicate.scope,
        "run": bundle.statement,
        "person": _person(author, predicate_type, bundle.predicate.scope.environment, now),
        "role": author.role,
        "timeSigned": isoformat(now),
    }
    try:
        predicate = model.model_validate(said | members)
    except ValueError as error:
        raise UsageError(f"the statement cannot be made: {error}") from error
    payload = statement_bytes(run_subject(bundle.predicate.bundleId, bundle.statement), predicate_type, predicate)
    return sign(payload, author.signer, author.timestamper)
