"""One event of the application's audit log, read by what ``auditor.toml`` declares; what is not declared stays behind.

Rules kept here: ids leave as digests, of every other text only listed values, anything else as ``undeclared``; no user,
content or hash leaves at all. Where the application says how an operation ended, which route was unhealthy and what a
validation found differs from system to system, so those members are declared as paths (``metadata.outcome``).
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor.tables.audit import EVENT_OUTCOMES, UNDECLARED
from auditor_collectors.audit_hash import event_hash
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.options import Values
from auditor_collectors.values import LARGEST, boolean, duration, identifier, optional, percent, text

if TYPE_CHECKING:
    from collections import Counter

ARTICLE_6 = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests")
# The member of the event by the column that keeps its listed values.
LISTED = {
    "event_type": "eventType",
    "operation": "operation",
    "provider": "provider",
    "model_id": "modelId",
    "route": "metadata.routingPath",
    "compliance_status": "complianceStatus",
    "lawful_basis": "gdprLawfulBasis",
}


def _outcomes(values: dict[str, str]) -> dict[str, str]:
    foreign = sorted(set(values.values()) - set(EVENT_OUTCOMES))
    if foreign:
        raise ValueError(f"gives {foreign[0]!r}, expected one of {', '.join(EVENT_OUTCOMES)}")
    return values


Outcomes = Annotated[Values, AfterValidator(_outcomes)]


class Listed(BaseModel):
    """The values that may be kept, by column; the lawful bases are those of Article 6(1) GDPR unless said otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_type: Values
    operation: Values = {}
    provider: Values = {}
    model_id: Values = {}
    route: Values = {}
    compliance_status: Values = {}
    lawful_basis: Values = {basis: basis for basis in ARTICLE_6}
    outcome: Outcomes = {}


Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]


class Members(BaseModel):
    """Where the application writes what its events have no common member for; ``unhealthy_route`` is a listed route."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Path = "metadata.outcome"
    unhealthy_route: Path = "metadata.unhealthyPath"
    optimal: Path = "metadata.optimal"
    induced: Path = "metadata.induced"
    checks: Path = "metadata.checks"
    violations: Path = "metadata.violations"
    score: Path = "metadata.score"


def event_row(where: str, document: dict[str, Any], values: Listed, members: Members, notes: Counter[str]) -> Any:
    """Return the columns of the event, and what the work on it needs besides: texts of hashes, and a digest of it."""
    return (
        _plain(where, document)
        | _declared(where, document, members)
        | _kept(where, document, values, members, notes)
        | _hashes(where, document)
    )


def _plain(where: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return what is no text: digests of ids, and numbers."""
    event_id = identifier_halves(member(where, document, "eventId", identifier))
    request_id = member(where, document, "requestId", optional(_request_id))
    request = identifier_halves(request_id) if request_id else (None, None)
    return {
        "event_hi": event_id[0],
        "event_lo": event_id[1],
        "request_hi": request[0],
        "request_lo": request[1],
        "pii_detected": member(where, document, "piiDetected", optional(boolean)),
        "latency_us": member(where, document, "latencyMs", optional(partial(duration, unit="ms"))),
    }


def _declared(where: str, document: dict[str, Any], members: Members) -> dict[str, Any]:
    read = {"optimal": boolean, "induced": boolean, "checks": _count, "violations": _count, "score": percent}
    return {name: _at(where, document, getattr(members, name), optional(one)) for name, one in read.items()}


def _kept(
    where: str, document: dict[str, Any], values: Listed, members: Members, notes: Counter[str]
) -> dict[str, str | None]:
    """Return the texts that are listed; another is ``undeclared`` and counted."""
    listed = {column: (path, column) for column, path in LISTED.items()}
    listed |= {"outcome": (members.outcome, "outcome"), "unhealthy_route": (members.unhealthy_route, "route")}
    kept: dict[str, str | None] = {}
    for column, (path, name) in listed.items():
        found = _at(where, document, path, text if column == "event_type" else optional(text))
        kept[column] = None if found is None else getattr(values, name).get(found, UNDECLARED)
        if kept[column] == UNDECLARED:
            notes[f"events whose {path.rpartition('.')[2]} is not listed in values.{name}"] += 1
    return kept


def _hashes(where: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the states of the hashes, their texts (for the scratch only), and whether the content gives its own."""
    previous = member(where, document, "previousEventHash", optional(text))
    own = member(where, document, "eventHash", optional(text))
    try:
        whole = json.dumps(document, sort_keys=True, default=repr).encode()
        verified = event_hash(document) == own if own else None
    except RecursionError as error:
        raise CollectionError(f"{where}: the event nests too deep", remedy=AGAIN) from error
    return {
        "previous_hash": _state(previous),
        "event_hash": _state(own),
        "hash_verified": verified,
        "previous_text": previous or "",
        "hash_text": own or "",
        "digest": hashlib.sha256(whole).hexdigest(),
    }


def _at(where: str, document: dict[str, Any], path: str, read: Any) -> Any:
    """Return the member at ``path``; each part before the last must be an object, or absent."""
    *before, last = path.split(".")
    for name in before:
        document = member(where, document, name, _object)
    return member(where, document, last, read)


def _object(value: Any) -> dict[str, Any]:
    if value is None or isinstance(value, dict):
        return value or {}
    raise ValueError("an object")


def _request_id(value: Any) -> str:
    return "" if value == "" else identifier(value)


def _count(value: Any) -> int:
    if type(value) is int and 0 <= value <= LARGEST:
        return value
    raise ValueError("a whole number, zero or more, that 64 bits can hold")


def _state(value: str | None) -> str:
    return "absent" if value is None else "present" if value else "empty"
