"""What people signed about a release: which envelopes a run takes in, and the rows that are built of them.

Rules kept here: the same function builds the rows when a run is made and when it is verified, from the original
envelopes; which statements there are is the ledger's to say, up to the leaf with which the run began, so that none can
be left out; one that the trust policy does not accept is listed with the name of its refusal; one whose envelope is not
the one that was filed, where signature and time were asked, is refused: else a rejection would go by spoiling it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.adapters.trust.opening import open_signed
from auditor.core.authority import roles_of
from auditor.core.evidence import EvidenceTables, Separation, SignedStatement, evidence_tables
from auditor.core.people import MODELS, PersonPredicate
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.adapters.ledger.reader import LedgerView
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.leaves import Leaf
    from auditor.core.statement import ScopeMember

# Leaves commit to statements, not to their envelopes: what can be spoiled of one without its key.
SPOILED = frozenset(
    {
        "attestation-malformed", "media-type-unknown", "payload-type-unknown", "signature-count", "hint-mismatch",
        "signature-invalid", "timestamp-missing", "timestamp-invalid", "timestamp-untrusted", "evidence-misnamed",
    }
)  # fmt: skip
PERSONAL = frozenset({"sign-off", "withdrawal", "waiver", "adjudication"})


def filed_statements(leaves: Sequence[Leaf], scope: ScopeMember, before: int | None = None) -> list[str]:
    """Return the digests of what people stated about the release of ``scope``, in leaves before ``before``."""
    asked = (scope.system, scope.environment, scope.release)
    return [
        leaf.statement
        for leaf in leaves[:before]
        if leaf.kind in PERSONAL and (leaf.system, leaf.environment, leaf.release) == asked
    ]


def filed_envelopes(view: LedgerView, scope: ScopeMember, before: int | None = None) -> dict[str, bytes]:
    """Return the envelopes of ``filed_statements``, by digest. Raises ``VerificationError``."""
    return {digest: view.envelope(digest) for digest in filed_statements(view.leaves, scope, before)}


def build_evidence(envelopes: Mapping[str, bytes], trust: LoadedTrust, scope: ScopeMember) -> EvidenceTables:
    """Return the rows of statements about the release of ``scope``; ``envelopes`` are by the digest they go by.

    Raises:
        VerificationError: an envelope is spoiled: no name of ``SPOILED`` is a reason not to count a statement.
    """
    refused: dict[str, str] = {}
    statements: list[SignedStatement] = []
    for digest, content in sorted(envelopes.items()):
        try:
            statements.append(open_person(content, digest, trust, scope.environment))
        except VerificationError as error:
            if error.code in SPOILED:
                raise
            refused[digest] = error.code
    return evidence_tables(statements, refused, scope, separation(trust))


def open_person(content: bytes, digest: str, trust: LoadedTrust, environment: str) -> SignedStatement:
    """Return a person's statement that goes by ``digest``. Raises ``VerificationError``."""
    where = f"statement {digest[:16]}"
    signed = open_signed(content, trust, MODELS, environment, where)
    if signed.digest != digest:
        raise VerificationError("evidence-misnamed", f"{where}: the statement's digest is {signed.digest[:16]}")
    predicate = signed.statement.predicate
    if not isinstance(predicate, PersonPredicate):
        raise TypeError(type(predicate).__name__)
    if [one.get("digest") for one in signed.statement.subjects] != [{"sha256": predicate.run}]:
        raise VerificationError("subject-mismatch", f"{where}: its subject is not the run that it is about")
    if predicate.scope.environment != environment:
        raise VerificationError(
            "key-not-for-environment", f"{where}: is about {predicate.scope.environment!r}, not {environment!r}"
        )
    roles = roles_of(trust.policy, signed.key, signed.signed_at)
    return SignedStatement(digest, signed.key.keyId, signed.key.person, roles, signed.signed_at, predicate)


def separation(trust: LoadedTrust) -> Separation:
    """Return what the trust policy says of who may not be one person, and of how long a waiver lasts."""
    policy = trust.policy
    pairs = frozenset(frozenset(pair) for pair in policy.distinct)
    return Separation(pairs, timedelta(seconds=policy.maxima.waiverSeconds))
