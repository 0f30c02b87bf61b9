"""The in-toto statement: subjects, and a predicate whose members are exact.

Rules kept here: members are exact, in the statement (other verifiers refuse foreign ones) and in every predicate; the
bytes that are signed are made once and never re-encoded; what kinds of predicate are taken is the caller's to say.
Source: in-toto Statement v1, https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from auditor.core.canonical import canonical_json
from auditor.errors import VerificationError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Mapping

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_BASE = "https://auditor.example/attestation"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_MEMBERS = {"_type", "subject", "predicateType", "predicate"}


def _instant(text: str) -> str:
    """Refuse an instant that is not written as ``auditor.model.isoformat`` writes it."""
    try:
        same = isoformat(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        same = False
    if not same:
        raise ValueError("not an RFC 3339 instant in UTC, as in 2026-01-31T12:00:00Z")
    return text


INSTANT = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?Z$"
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# The published schema says what a pattern can say of an instant; that the day is one of the calendar is asked here.
Instant = Annotated[str, AfterValidator(_instant), Field(json_schema_extra={"format": "date-time", "pattern": INSTANT})]
VersionOne = Annotated[int, Field(ge=1, le=1)]  # a Literal would take true and 1.0 for 1
BundleId = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9_-])?$")]


class Exact(BaseModel):
    """A document whose members are exactly the declared ones, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ScopeMember(Exact):
    """What a statement is about."""

    system: str
    environment: str
    release: str
    phase: str


class Statement(NamedTuple):
    """A read statement: its subjects as they stand, and its predicate, an instance of the model of its type."""

    subjects: list[dict[str, Any]]
    predicate_type: str
    predicate: Exact


def subject(name: str, content: bytes) -> dict[str, Any]:
    """Return the resource descriptor of a manifest file, with both digests."""
    digest = {"sha256": hashlib.sha256(content).hexdigest(), "sha512": hashlib.sha512(content).hexdigest()}
    return {"name": name, "digest": digest}


def statement_bytes(subjects: list[dict[str, Any]], predicate_type: str, predicate: Exact) -> bytes:
    """Return the statement's bytes, RFC 8785."""
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": predicate_type,
            "predicate": predicate.model_dump(mode="json"),
        }
    )


def read_statement(document: Any, models: Mapping[str, type[Exact]]) -> Statement:
    """Return what a parsed statement says, if ``models`` (predicate type -> model) has its predicate type.

    Raises:
        VerificationError: ``statement-malformed``, ``predicate-type-unknown``, ``predicate-malformed``.
    """
    if not isinstance(document, dict) or document.keys() != STATEMENT_MEMBERS:
        found = sorted(document) if isinstance(document, dict) else type(document).__name__
        raise VerificationError(
            "statement-malformed", f"the statement has {found}, expected {sorted(STATEMENT_MEMBERS)}"
        )
    if document["_type"] != STATEMENT_TYPE:
        raise VerificationError("statement-malformed", f"_type is {document['_type']!r}, expected {STATEMENT_TYPE}")
    model = models.get(document["predicateType"]) if isinstance(document["predicateType"], str) else None
    if model is None:
        raise VerificationError(
            "predicate-type-unknown",
            f"predicateType is {document['predicateType']!r}, expected {' or '.join(sorted(models))}",
        )
    try:
        predicate = model.model_validate(document["predicate"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "predicate"
        raise VerificationError("predicate-malformed", f"predicate member {where}: {first['msg']}") from error
    if not isinstance(document["subject"], list) or not all(isinstance(one, dict) for one in document["subject"]):
        raise VerificationError("statement-malformed", "subject is no list of objects")
    return Statement(document["subject"], document["predicateType"], predicate)
