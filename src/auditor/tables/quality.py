"""What was tested, scanned, written, rehearsed and announced, and what went wrong."""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

TEST_STATUSES = ("passed", "failed", "error", "skipped")
DRILL_OUTCOMES = ("passed", "failed", "aborted")
# unlikely_risk: no risk to persons is likely (GDPR art. 33(1)). delay_reasoned: notified late, with the reasons.
INCIDENT_EXCEPTIONS = ("unlikely_risk", "delay_reasoned")
INCIDENT_SEVERITIES = ("critical", "high", "medium", "low")
DOCUMENT_PARTS = ("section", "field")

_DECLARED = "as auditor.toml declares it"
_REVISION = (
    Column("revision", "text", "commit that it was made of, as the source states it", nullable=True),
    Column("of_release", "bool", "whether that is the commit of the release under audit", nullable=True),
)

TABLES = (
    Table(
        "test_results",
        "one row per case of a run of a test suite",
        (
            *scope(),
            Column("event_time", "instant", "when the run began, by its report", "us"),
            Column("suite", "text", f"name of the suite, {_DECLARED}"),
            *identifier("test", "class and name of the case, and which of that name it is"),
            Column("status", "text", "what came of it", values=TEST_STATUSES),
            *_REVISION,
        ),
        ("suite", "event_time", "test_hi", "test_lo"),
    ),
    Table(
        "security_scans",
        "one row per run of a scanner over a path",
        (
            *scope(),
            Column("event_time", "instant", "when the scan ended", "us"),
            Column("tool", "text", "name of the scanner"),
            Column("path", "text", f"what was scanned, {_DECLARED}"),
            Column("complete", "bool", "whether every invocation ended well and stated its results"),
            *_REVISION,
            Column("critical", "int", "results of that severity, suppressed ones too", "1"),
            Column("high", "int", "results of that severity, suppressed ones too", "1"),
            Column("medium", "int", "results of that severity, suppressed ones too", "1"),
            Column("low", "int", "results of that severity, suppressed ones too", "1"),
            Column("unrated", "int", "results of which nothing tells the severity, or that nobody settled", "1"),
        ),
        ("path", "tool", "event_time"),
    ),
    Table(
        "documents",
        "one row per version of a declared document",
        (
            *scope(),
            Column("document", "text", f"name of the document, {_DECLARED}"),
            Column("modified_at", "instant", "when the version was made, by the index of its repository", "us"),
            Column("sha256", "text", "SHA-256 of its content, 64 hexadecimal digits"),
            Column("size", "int", "size of its content; null where the content is not held", "bytes", nullable=True),
            Column("reviewed", "bool", "whether a reviewer approved the version", nullable=True),
            Column("links", "int", "relative links in it; null where the content is not held", "1", nullable=True),
            Column("broken_links", "int", "those that lead to nothing in the index", "1", nullable=True),
            Column("linked_at", "instant", "when the last of what they lead to was there", "us", nullable=True),
        ),
        ("document", "modified_at"),
    ),
    Table(
        "document_parts",
        "one row per declared section or field that a version of a document has",
        (
            *scope(),
            Column("document", "text", f"name of the document, {_DECLARED}"),
            Column("modified_at", "instant", "when the version was made, by the index of its repository", "us"),
            Column("kind", "text", "what the part is", values=DOCUMENT_PARTS),
            Column("name", "text", f"heading of the section or name of the field, {_DECLARED}"),
            Column("filled", "bool", "whether anything stands in it"),
            Column(
                "value", "text", "of a field: only a value that auditor.toml lists, else 'undeclared'", nullable=True
            ),
        ),
        ("document", "modified_at", "kind", "name"),
    ),
    Table(
        "drills",
        "one row per rehearsal of a procedure",
        (
            *scope(),
            Column("event_time", "instant", "when the rehearsal began", "us"),
            *identifier("drill", "id of the rehearsal"),
            Column("procedure", "text", f"what was rehearsed, {_DECLARED}"),
            Column("level", "int", "level of the procedure; 0 where it has none", "1"),
            Column("outcome", "text", "what came of it", values=DRILL_OUTCOMES),
            Column("duration_us", "int", "how long it took, rounded up", "us", nullable=True),
        ),
        ("event_time", "drill_hi", "drill_lo"),
    ),
    Table(
        "notices",
        "one row per message that was sent to one audience, test alerts too",
        (
            *scope(),
            Column("event_time", "instant", "when it was sent", "us"),
            *identifier("notice", "id of the message"),
            Column("kind", "text", f"what it tells, {_DECLARED}"),
            Column("audience", "text", f"whom it tells, {_DECLARED}"),
            Column(
                "received_at", "instant", "when the audience's side received it; null until then", "us", nullable=True
            ),
        ),
        ("event_time", "notice_hi", "notice_lo"),
    ),
    Table(
        "incidents",
        "one row per incident, as its last version tells it; its severity is the highest that any version states",
        (
            *scope(),
            Column("event_time", "instant", "when it was opened", "us"),
            *identifier("incident", "id of the incident"),
            Column("updated_at", "instant", "when its last version was made", "us"),
            Column("closed_at", "instant", "when it was closed; null while it is open", "us", nullable=True),
            Column("severity", "text", "the highest that any version states", values=INCIDENT_SEVERITIES),
            Column("customer_impacting", "bool", "whether any version says that customers felt it", nullable=True),
            Column("security", "bool", "whether any version says that it is one of security", nullable=True),
            Column("aware_at", "instant", "when the controller became aware of it", "us", nullable=True),
            Column("notified_at", "instant", "when the authority was notified", "us", nullable=True),
            Column("breach", "bool", "whether any version says that it is a breach of personal data", nullable=True),
            Column(
                "significant", "bool", "whether any version says that it is significant (NIS2 art. 23)", nullable=True
            ),
            Column("early_warning_at", "instant", "when the authority was warned early (NIS2)", "us", nullable=True),
            Column("final_report_at", "instant", "when the authority got the final report (NIS2)", "us", nullable=True),
            Column(
                "exception",
                "text",
                "recorded and reasoned exception to notification in time",
                nullable=True,
                values=INCIDENT_EXCEPTIONS,
            ),
        ),
        ("event_time", "incident_hi", "incident_lo"),
    ),
    Table(
        "validations",
        "one row per validation of what the system says against labelled truth",
        (
            *scope(),
            Column("event_time", "instant", "when the validation ended", "us"),
            *identifier("validation", "id of the validation"),
            Column("name", "text", f"what was validated, {_DECLARED}"),
            Column("correct", "int", "cases in which the system was right", "1"),
            Column("total", "int", "cases", "1"),
        ),
        ("event_time", "validation_hi", "validation_lo"),
    ),
)
