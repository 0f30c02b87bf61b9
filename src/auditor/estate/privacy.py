"""What persons asked of the example company, what they agreed to, and the incidents of its desk."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

INCIDENTS = {
    "request_late": "A request for access was answered thirty-two days after it came, a day after it was due.",
    "request_open": "A request for access that came a week ago is still open.",
    "erasure_unrecorded": "Nothing records that what was to be erased left the store of vectors.",
    "breach_late": "A breach of personal data was notified 80 hours after the company became aware of it.",
    "consent_ignored": "What a person had written trained answers a day after the consent was withdrawn.",
}
PLACES = ("primary", "backups", "caches", "vector_store")
OBSERVED_FROM, OBSERVED_EVERY = timedelta(days=380), timedelta(minutes=5)

CONFIG = """
# Requests of data subjects, and what became of the data of those who asked for erasure.
[sources.privacy_requests]
kind = "privacy_requests"
files = ["privacy/requests.jsonl"]
exports = ["privacy/requests-exports.jsonl"]
time_zone = "Europe/Berlin"
member_state = "DE"
kinds = { access = "access", erasure = "erasure", rectification = "rectification", portability = "portability" }

[sources.privacy_requests.members]
suspended_at = "identity_asked_at"
resumed_at = "identity_proven_at"
extended_at = "extension_told_at"
extension_reasoned = "extension_reasoned"
refusal_reasoned = "refusal_reasoned"

[sources.erasures]
kind = "erasures"
files = ["privacy/erasures.jsonl"]
exports = ["privacy/erasures-exports.jsonl"]
time_zone = "Europe/Berlin"
places = ["primary", "backups", "caches", "vector_store"]

# Consents, and what was done on them. No person is in either: the ids are random.
[sources.consents]
kind = "consents"
files = ["privacy/consents.jsonl"]
exports = ["privacy/consents-exports.jsonl"]
purposes = ["answer_training"]
versions = ["2024-06"]

[sources.processing_uses]
kind = "processing_uses"
files = ["privacy/uses.jsonl"]
exports = ["privacy/uses-exports.jsonl"]
purposes = ["answer_training"]

# Incidents of the service desk, breaches of personal data among them, and who observed the desk.
[sources.desk]
kind = "incidents"
files = ["desk/incidents.jsonl"]
exports = ["desk/exports.jsonl"]
severities = { SEV1 = "critical", SEV2 = "high", SEV3 = "medium", SEV4 = "low" }

[sources.desk.members]
aware_at = "aware_at"
notified_at = "notified_at"
breach = "personal_data_breach"
significant = "significant"
early_warning_at = "early_warning_at"
final_report_at = "final_report_at"

[sources.desk_heartbeats]
kind = "heartbeats"
observes = "desk"
files = ["heartbeats/desk.jsonl"]
"""


def files(last: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the files; everything was exported at ``last``."""
    written = {"heartbeats/desk.jsonl": _lines(_beats(last, _desk(incidents)))}
    for name, records in (
        ("privacy/requests", _requests(incidents)),
        ("privacy/erasures", _erasures(incidents)),
        ("privacy/consents", _consents()),
        ("privacy/uses", _uses(incidents)),
    ):
        written |= {f"{name}.jsonl": _lines(records), f"{name}-exports.jsonl": _exported(last, records)}
    desk = _desk(incidents)
    return written | {"desk/incidents.jsonl": _lines(desk), "desk/exports.jsonl": _exported(last, desk)}


def _requests(incidents: Collection[str]) -> list[dict[str, Any]]:
    closed = "2024-12-28T09:00:00Z" if "request_late" in incidents else "2024-12-27T15:00:00Z"
    told = [
        # Due on the second day of Christmas, a Thursday, so on Friday the 27th.
        _request("dsr-0001", "access", "2024-11-26T10:00:00Z", closed, "granted"),
        _request("dsr-0002", "erasure", "2024-11-29T08:30:00Z", "2024-12-20T10:00:00Z", "granted"),
        # Half past midnight in Berlin: received on New Year's Day.
        _request("dsr-0003", "rectification", "2024-12-31T23:30:00Z", "2025-01-10T10:00:00Z", "granted"),
        _request("dsr-0004", "portability", "2024-11-11T09:00:00Z", "2024-12-16T09:00:00Z", "granted")
        | {"identity_asked_at": "2024-11-12T09:00:00Z", "identity_proven_at": "2024-11-18T09:00:00Z"},
        _request("dsr-0005", "access", "2024-10-10T12:00:00Z", "2025-01-09T12:00:00Z", "partly_granted")
        | {"extension_told_at": "2024-11-08T12:00:00Z", "extension_reasoned": True, "refusal_reasoned": True},
        _request("dsr-0006", "access", "2024-12-02T12:00:00Z", "2024-12-03T12:00:00Z", "withdrawn"),
    ]
    if "request_open" in incidents:
        told.append({"id": "dsr-0007", "kind": "access", "received_at": "2025-01-07T09:00:00Z"})
    return told


def _request(name: str, kind: str, received: str, closed: str, outcome: str) -> dict[str, Any]:
    return {"id": name, "kind": kind, "received_at": received, "closed_at": closed, "outcome": outcome}


def _erasures(incidents: Collection[str]) -> list[dict[str, Any]]:
    states = dict.fromkeys(PLACES, "deleted") | {"backups": "expires"}
    if "erasure_unrecorded" in incidents:
        del states["vector_store"]
    expiry = {"expires_at": "2025-01-24T00:00:00Z"}
    return [
        {"id": f"dsr-0002-{place}", "request": "dsr-0002", "at": "2024-12-20T09:30:00Z", "place": place, "state": state}
        | (expiry if state == "expires" else {})
        for place, state in states.items()
    ]


def _consents() -> list[dict[str, Any]]:
    given = {"purpose": "answer_training", "version": "2024-06"}
    return [
        {"id": "6e5c1f0a", "given_at": "2024-09-02T08:00:00Z"} | given,
        {"id": "0b77d2c4", "given_at": "2024-10-15T08:00:00Z", "withdrawn_at": "2024-12-01T12:00:00Z"} | given,
    ]


def _uses(incidents: Collection[str]) -> list[dict[str, Any]]:
    last = "2024-12-02T12:00:00Z" if "consent_ignored" in incidents else "2024-11-30T12:00:00Z"
    return [
        {"id": f"use-{number:04d}", "at": at, "purpose": "answer_training", "consent": consent}
        for number, (at, consent) in enumerate(
            (("2024-10-01T12:00:00Z", "6e5c1f0a"), ("2025-01-02T12:00:00Z", "6e5c1f0a"), (last, "0b77d2c4"))
        )
    ]


def _desk(incidents: Collection[str]) -> list[dict[str, Any]]:
    notified = "2024-10-07T16:10:00Z" if "breach_late" in incidents else "2024-10-06T15:40:00Z"
    quiet = {"personal_data_breach": False, "significant": False}
    return [
        # A letter to the wrong person, known on a Friday; and an outage that NIS2 calls significant.
        _incident("inc-0001", "2024-10-04T07:50:00Z", "SEV3", "2024-10-21T09:00:00Z")
        | {"aware_at": "2024-10-04T08:10:00Z", "notified_at": notified}
        | {"personal_data_breach": True, "significant": False},
        _incident("inc-0002", "2024-11-16T13:00:00Z", "SEV1", "2024-11-18T18:00:00Z")
        | {"aware_at": "2024-11-16T13:05:00Z", "early_warning_at": "2024-11-17T09:00:00Z"}
        | {"notified_at": "2024-11-19T08:30:00Z", "final_report_at": "2024-12-18T10:00:00Z"}
        | {"personal_data_breach": False, "significant": True},
        _incident("inc-0003", "2024-12-09T09:00:00Z", "SEV4", "2024-12-09T10:00:00Z") | quiet,
    ]


def _incident(name: str, opened: str, severity: str, closed: str) -> dict[str, Any]:
    return {"id": name, "opened_at": opened, "updated_at": closed, "closed_at": closed, "severity": severity}


def _beats(last: datetime, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the desk's observer counted: in a year and more, and in the last interval, in which nothing came."""
    first, middle = last - OBSERVED_FROM, last - OBSERVED_EVERY
    return [
        {"start": isoformat(first), "end": isoformat(middle), "records": len(records)},
        {"start": isoformat(middle), "end": isoformat(last), "records": 0},
    ]


def _exported(last: datetime, records: Sequence[dict[str, Any]]) -> bytes:
    return _lines([{"exported_at": isoformat(last), "records": len(records)}])


def _lines(documents: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()
