"""The tables made from signed statements, of people and of earlier runs, declared as those of a snapshot are.

Rules kept here: a row comes of a statement whose signature, time and authority were checked; what is not accepted is no
row. No collector fills these tables.
"""

from __future__ import annotations

from auditor.columns import Column, Table

DECISIONS = ("APPROVED", "REJECTED", "NOT_APPLICABLE", "GO", "NO-GO")
VERDICTS = ("pass", "fail", "inconclusive", "not_applicable")


def _said() -> tuple[Column, ...]:
    return (
        Column("system", "text", "system of the release"),
        Column("environment", "text", "environment of the release"),
        Column("release", "text", "release it is about"),
        Column("statement", "text", "SHA-256 of the signed statement, hex"),
        Column("run", "text", "SHA-256 of the statement of the run it is about, hex"),
        Column("person", "text", "who signed, by the trust policy"),
        Column("role", "text", "role in which they signed"),
        Column("signed_at", "instant", "by the clock of a timestamp authority", "us"),
    )


_TABLES = (
    Table(
        "sign_offs",
        "one row per sign-off that the trust policy accepts; a withdrawn one keeps its row",
        (
            *_said(),
            Column("line", "text", "line or gate that is signed off, or run"),
            Column("decision", "text", "what was decided", values=DECISIONS),
            Column("valid_until", "instant", "until when it may be relied on (exclusive)", "us"),
            Column("withdrawn_at", "instant", "when it was withdrawn; null when it was not", "us", nullable=True),
        ),
        ("signed_at", "statement"),
    ),
    Table(
        "waivers",
        "one row per waiver that another person approved",
        (
            *_said(),
            Column("control", "text", "control whose finding is waived"),
            Column("resource", "text", "resource of the finding"),
            Column("policy_digest", "text", "SHA-256 over the policies it holds for, hex"),
            Column("approver", "text", "who approved it, another person than the author"),
            Column("not_before", "instant", "from when it holds (inclusive), never before it was approved", "us"),
            Column("expiry", "instant", "until when it holds (exclusive)", "us"),
        ),
        ("signed_at", "statement"),
    ),
    Table(
        "adjudications",
        "one row per firing of a trigger that Security found to be a false positive",
        (
            *_said(),
            Column("line", "text", "line of the trigger"),
            Column("control", "text", "control that fired"),
            Column("resource", "text", "resource of the finding"),
        ),
        ("signed_at", "statement"),
    ),
    Table(
        "prior_verdicts",
        "what earlier runs of the release decided: one row per run (its line is run), and one per latched line of it",
        (
            Column("run", "text", "SHA-256 of the statement of the earlier run, hex"),
            Column("profile", "text", "profile that it decided"),
            Column("as_of", "instant", "of when its verdicts speak", "us"),
            Column("line", "text", "line of that profile, or run"),
            Column("verdict", "text", "what was decided then", values=VERDICTS),
            Column("reason", "text", "why; of the whole run nothing"),
        ),
        ("as_of", "run", "line"),
    ),
    Table(
        "ledger_places",
        "one row: where the run stands in its ledger; none without a ledger",
        (
            Column("ledger", "text", "origin of the ledger"),
            Column("sequence", "int", "leaf with which the run began", "1"),
            Column("previous", "text", "SHA-256 of the statement of the run before it, hex", nullable=True),
        ),
        ("sequence",),
    ),
)

STATEMENT_TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
