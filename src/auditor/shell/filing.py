"""Files what a person signed: checked under the trust policy first, then a leaf of the ledger of its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.signing.envelope import MAX_BYTES, unverified_payload
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.people import MODELS, PersonPredicate
from auditor.core.statement import read_statement
from auditor.errors import UsageError, VerificationError
from auditor.shell.ledger import file_statement
from auditor.shell.reliance import check_ledger_of
from auditor.shell.statements import open_person

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.ledger.directory import Appended
    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.trust.reader import LoadedTrust


def file_person(ledger: Path, envelope: bytes, trust: LoadedTrust, signer: Signer, where: str) -> Appended:
    """File the statement in ``envelope`` in ``ledger``, whose key ``signer`` is.

    Raises:
        VerificationError: the trust policy does not accept the statement, or the ledger does not hold.
        UsageError: it is no statement of a person in a role they hold, or there is no ledger.
        EngineError: the disk or the signer failed.
    """
    payload, _ = unverified_payload(envelope, where)
    try:
        stated = read_statement(strict_json(payload, max_bytes=MAX_BYTES), MODELS).predicate
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{where}: the statement {error}") from error
    if not isinstance(stated, PersonPredicate):
        raise TypeError(type(stated).__name__)
    environment = stated.scope.environment
    signed = open_person(envelope, sha256_hex(payload), trust, environment)
    if signed.person != stated.person or stated.role not in signed.roles:
        raise UsageError(
            f"{where}: says {stated.person!r} as {stated.role!r}; the trust policy knows its key as {signed.person!r} "
            f"with {', '.join(sorted(signed.roles)) or 'no role'}",
            remedy="have the person sign it with their own key, in a role that they hold",
        )
    check_ledger_of(trust, environment, ledger)
    return file_statement(ledger, envelope, signer)
