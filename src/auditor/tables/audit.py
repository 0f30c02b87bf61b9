"""What was recorded of calls, events and findings."""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

HASH_STATES = ("absent", "empty", "present")
# How an event hangs on the one before: see the column.
LINKS = ("genesis", "declared", "linked", "continued", "missing", "forked", "unlinked", "unhashed")
WITNESSES = ("none", "held", "altered", "lost")
EVENT_OUTCOMES = ("ok", "error")
FINDING_SEVERITIES = ("critical", "high", "medium", "low", "informational")
FINDING_STATUSES = ("open", "suppressed", "resolved")

UNDECLARED = "undeclared"
_DECLARED = f"only a value that auditor.toml lists, else {UNDECLARED!r}; null where the event has none"
_LINK = (
    "genesis: begins a chain; declared: follows a head that auditor.toml declares; linked: follows an event of it; "
    "continued: the log begins with it; missing: its predecessor is not in the log; forked: its predecessor has "
    "another successor; unlinked: of a type that never links; unhashed: without a hash though its type links"
)
_WITNESS = "what became of what an earlier collection saw of the chain: none, held, altered, or lost (the whole chain)"

TABLES = (
    Table(
        "audit_events",
        "one row per distinct CloudTrail record",
        (
            *scope(),
            Column("event_time", "instant", "eventTime of the record", "us"),
            *identifier("event", "eventID"),
            *identifier("request", "requestID", nullable=True),
            Column("account", "text", "recipientAccountId (else userIdentity.accountId), 12 digits"),
            Column("region", "text", "awsRegion: the region that received the call; may be empty"),
            Column("event_source", "text", "eventSource, e.g. bedrock.amazonaws.com"),
            Column("event_name", "text", "eventName, e.g. InvokeModel"),
            Column("event_category", "text", "eventCategory", nullable=True),
            Column("read_only", "bool", "readOnly", nullable=True),
            Column("management_event", "bool", "managementEvent", nullable=True),
            Column("error_code", "text", "errorCode; null when the call succeeded", nullable=True),
            Column("model_id", "text", "requestParameters.modelId, whatever the caller passed", nullable=True),
            Column("inference_region", "text", "additionalEventData.inferenceRegion", nullable=True),
        ),
        ("event_time", "event_hi", "event_lo"),
    ),
    Table(
        "application_events",
        "one row per distinct event of the application's own audit log, without any person's data",
        (
            *scope(),
            Column("event_time", "instant", "timestamp of the event", "us"),
            *identifier("event", "eventId"),
            *identifier("request", "requestId", nullable=True),
            Column(
                "person", "text", "pseudonym of userId in the month of the event; null without a vault", nullable=True
            ),
            Column("event_type", "text", f"eventType; {_DECLARED}"),
            Column("operation", "text", f"operation; {_DECLARED}", nullable=True),
            Column("provider", "text", f"provider; {_DECLARED}", nullable=True),
            Column("model_id", "text", f"modelId; {_DECLARED}", nullable=True),
            Column("route", "text", f"metadata.routingPath; {_DECLARED}", nullable=True),
            Column("pii_detected", "bool", "piiDetected", nullable=True),
            Column("compliance_status", "text", f"complianceStatus; {_DECLARED}", nullable=True),
            Column("lawful_basis", "text", f"gdprLawfulBasis; {_DECLARED}", nullable=True),
            Column("latency_us", "int", "latencyMs, rounded up", "us", nullable=True),
            Column(
                "outcome", "text", "how what it tells of ended", nullable=True, values=(*EVENT_OUTCOMES, UNDECLARED)
            ),
            Column("unhealthy_route", "text", f"the route that a decision held unhealthy; {_DECLARED}", nullable=True),
            Column("optimal", "bool", "whether the application calls its decision optimal", nullable=True),
            Column("induced", "bool", "whether it was brought about on purpose, as a test", nullable=True),
            Column("checks", "int", "checks that a validation made", "1", nullable=True),
            Column("violations", "int", "violations that a validation found", "1", nullable=True),
            Column("score", "int", "score of a validation, cut off", "percent", nullable=True),
            Column("previous_hash", "text", "whether previousEventHash is there; empty is genesis", values=HASH_STATES),
            Column("event_hash", "text", "whether eventHash is there", values=HASH_STATES),
            Column("hash_verified", "bool", "whether its content gives eventHash; null without one", nullable=True),
            Column("chain", "int", "number of its chain in the source; 0: of no chain", "1"),
            Column("sequence", "int", "its place in its chain by time and id, from 1", "1"),
            Column("link", "text", _LINK, values=LINKS),
        ),
        ("event_time", "event_hi", "event_lo"),
    ),
    Table(
        "audit_chains",
        "one row per chain of an audit log, verified at collection; only head and tail can be computed again",
        (
            *scope(),
            Column("chain", "int", "number of the chain in the source, by its first event; 0: events of no chain", "1"),
            Column("first_time", "instant", "time of its first event", "us", nullable=True),
            Column("last_time", "instant", "time of its last event", "us", nullable=True),
            Column("events", "int", "events in it", "1"),
            Column("mismatches", "int", "events whose content does not give their eventHash", "1"),
            Column("missing", "int", "events whose predecessor is not in the log", "1"),
            Column("forked", "int", "events whose predecessor has another successor", "1"),
            Column("unhashed", "int", "events without a hash though their type has one", "1"),
            Column("head", "text", "our own chain's SHA-256 after its first event, lower-case hex"),
            Column("tail", "text", "the same after its last event; null where nothing is left of it", nullable=True),
            Column("witness", "text", _WITNESS, values=WITNESSES),
            Column("altered_chains", "int", "chains of its whole source whose witness is altered", "1"),
            Column("lost_chains", "int", "chains of its whole source whose witness is lost", "1"),
        ),
        ("source", "chain"),
    ),
    Table(
        "pii_results",
        "one row per run of a labelled corpus through the audited system and type of personal data; no text of it",
        (
            *scope(),
            Column("event_time", "instant", "when the run ended", "us"),
            Column("corpus", "text", "name of the corpus, as auditor.toml lists it"),
            Column("type", "text", f"type of personal data; {UNDECLARED!r} where auditor.toml does not list it"),
            Column("planted", "int", "pieces of the type that the corpus holds", "1"),
            Column("detected", "int", "of these, pieces that the system reported", "1"),
            Column("unredacted", "int", "of these, pieces that stood in what the system put out", "1"),
            Column("near_misses", "int", "pieces planted that look like the type and are none", "1", nullable=True),
            Column("false_positives", "int", "pieces reported as the type that are none", "1", nullable=True),
            Column("scanner_planted", "int", "pieces put before the scanner of the output, to test it", "1"),
            Column("scanner_found", "int", "of these, pieces that it found: its own recall", "1"),
        ),
        ("source", "event_time", "corpus", "type"),
    ),
    Table(
        "security_findings",
        "one row per finding of a security product, whatever was done to it later",
        (
            *scope(),
            Column("event_time", "instant", "when the product first reported it (the earliest CreatedAt)", "us"),
            Column("first_observed_at", "instant", "when what it reports was first observed, else event_time", "us"),
            Column("updated_at", "instant", "when its last version was made", "us"),
            *identifier("finding", "Id"),
            Column("product", "text", "ProductArn"),
            Column("type", "text", "first of its Types; may be empty"),
            Column("severity", "text", "the highest that any version states", values=FINDING_SEVERITIES),
            Column("status", "text", "of its last version", values=FINDING_STATUSES),
            Column("account", "text", "AwsAccountId, 12 digits"),
            Column("region", "text", "Region; may be empty"),
        ),
        ("event_time", "finding_hi", "finding_lo"),
    ),
)
