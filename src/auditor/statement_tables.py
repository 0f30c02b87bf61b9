"""The tables made from what people signed, declared as the tables of a snapshot are (``auditor.tables``).

Rules kept here: a row is a statement whose signature, time and authority were checked; what is not accepted is no row.
"""

from __future__ import annotations

from auditor.columns import Column, Table

DECISIONS = ("APPROVED", "REJECTED", "GO", "NO-GO")


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
)

STATEMENT_TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
