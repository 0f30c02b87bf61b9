"""What persons asked of the controller, and what they agreed to; no person is in it.

Rules kept here: the law counts days in the controller's time zone, so a day is kept as the collector converted it:
whole days since 1970-01-01 of the local calendar (``d``), beside the instant that the source states. A person is never
a column: a request and a consent are known by the digest of the source's own random id.
"""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

REQUEST_KINDS = ("access", "rectification", "erasure", "restriction", "portability", "objection")
REQUEST_OUTCOMES = ("granted", "partly_granted", "refused", "withdrawn")
# deleted: it is gone. expires: it goes by itself, on the day stated. exempt: kept by an exception of art. 17(3).
# absent: the place was searched and held nothing.
ERASURE_STATES = ("deleted", "expires", "exempt", "absent")

_LOCAL = "local day since 1970-01-01 in the controller's time zone"

TABLES = (
    Table(
        "privacy_requests",
        "one row per request of a data subject (GDPR art. 12-22), as its register tells it",
        (
            *scope(),
            Column("event_time", "instant", "when it was received", "us"),
            *identifier("request", "id of the request"),
            Column("kind", "text", "what was asked for", values=REQUEST_KINDS),
            Column("member_state", "text", "state whose public holidays count, ISO 3166-1 alpha-2"),
            Column("received_day", "int", f"when it was received: {_LOCAL}", "d"),
            Column("offset_us", "int", "least offset of that zone from UTC in the year after it was received", "us"),
            Column("suspended_day", "int", f"since when identity was verified: {_LOCAL}", "d", nullable=True),
            Column("resumed_day", "int", f"when it was verified; null until then: {_LOCAL}", "d", nullable=True),
            Column("extension_day", "int", f"when the person was told of an extension: {_LOCAL}", "d", nullable=True),
            Column("extension_reasoned", "bool", "whether that notice states the reasons", nullable=True),
            Column("closed_at", "instant", "when it was answered; null while it is open", "us", nullable=True),
            Column("closed_day", "int", f"when it was answered: {_LOCAL}", "d", nullable=True),
            Column("outcome", "text", "what came of it; null while it is open", nullable=True, values=REQUEST_OUTCOMES),
            Column(
                "refusal_reasoned",
                "bool",
                "whether what was not granted was reasoned, with the right to complain (art. 12(4))",
                nullable=True,
            ),
        ),
        ("event_time", "request_hi", "request_lo"),
    ),
    Table(
        "erasures",
        "one row per request for erasure and place in which the data was, or may have been",
        (
            *scope(),
            Column("event_time", "instant", "when the state was recorded", "us"),
            *identifier("erasure", "id of the record"),
            *identifier("request", "id of the request"),
            Column("place", "text", "where, as auditor.toml lists it: primary, backups, caches, vector_store ..."),
            Column("state", "text", "what became of the data there", values=ERASURE_STATES),
            Column(
                "expires_day", "int", f"of expires: the last day on which it is there: {_LOCAL}", "d", nullable=True
            ),
        ),
        ("event_time", "erasure_hi", "erasure_lo"),
    ),
    Table(
        "consents",
        "one row per consent that was given (GDPR art. 7), without the person",
        (
            *scope(),
            Column("event_time", "instant", "when it was given", "us"),
            *identifier("consent", "id of the consent"),
            Column("purpose", "text", "purpose that it is for, as auditor.toml lists it, else 'undeclared'"),
            Column("version", "text", "version of the text agreed to; null where none is kept", nullable=True),
            Column("withdrawn_at", "instant", "when it was withdrawn; null while it holds", "us", nullable=True),
        ),
        ("event_time", "consent_hi", "consent_lo"),
    ),
    Table(
        "processing_uses",
        "one row per use of personal data that rests on a consent, without the person",
        (
            *scope(),
            Column("event_time", "instant", "when the data was used", "us"),
            *identifier("use", "id of the use"),
            Column("purpose", "text", "purpose of it, as auditor.toml lists it, else 'undeclared'"),
            *identifier("consent", "id of the consent that it rests on", nullable=True),
        ),
        ("event_time", "use_hi", "use_lo"),
    ),
)
