"""Opens what was signed, under a trust policy: whose key it is, since when the signature exists, and whether it may.

Rules kept here: the key and its scheme are the policy's, never the wrapper's; the time is that of a token by an
authority that the environment believes, never a time that the signer wrote; the key is judged at that time.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from auditor.adapters.signing.envelope import MAX_BYTES, open_envelope, signer_of
from auditor.adapters.signing.timestamps import Authority, token_time
from auditor.core.authority import signing_key, timestamp_authorities
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.statement import Exact, Statement, read_statement
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.adapters.signing.envelope import OpenedEnvelope
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.trust import KeyMember


class Signed(NamedTuple):
    """A statement whose signature, time and key were checked; ``digest`` is the SHA-256 of its payload."""

    digest: str
    statement: Statement
    key: KeyMember
    signed_at: datetime


def open_signed(
    content: bytes, trust: LoadedTrust, models: Mapping[str, type[Exact]], environment: str, where: str
) -> Signed:
    """Return what an envelope holds that a key of the trust policy signed about ``environment``.

    Raises:
        VerificationError: the name of the first refusal, in the order of ``docs/refusals.md``.
    """
    opened = open_envelope(content, trust.key(signer_of(content, where)), where)
    try:
        statement = read_statement(strict_json(opened.payload, max_bytes=MAX_BYTES), models)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{where}: the statement {error}") from error
    key, signed_at = judge(opened, trust, statement.predicate_type, environment, where)
    return Signed(sha256_hex(opened.payload), statement, key, signed_at)


def judge(
    opened: OpenedEnvelope, trust: LoadedTrust, predicate_type: str, environment: str, where: str
) -> tuple[KeyMember, datetime]:
    """Return the key of an opened envelope and its trusted time, if the policy lets that key sign this then.

    Raises:
        VerificationError: ``environment-unknown``, one of ``timestamp-``, or one of ``signing_key``.
    """
    at = token_time(opened.timestamp, opened.signature, authorities(trust, environment), where)
    return signing_key(trust.policy, opened.key_id, predicate_type, at, environment=environment), at


def authorities(trust: LoadedTrust, environment: str) -> tuple[Authority, ...]:
    """Return the time-stamp authorities of an environment. Raises ``VerificationError`` (``environment-unknown``)."""
    return tuple(
        Authority(
            one.name,
            tuple(one.certificates),
            datetime.fromisoformat(one.notBefore),
            datetime.fromisoformat(one.notAfter),
            one.development,
        )
        for one in timestamp_authorities(trust.policy, environment)
    )
