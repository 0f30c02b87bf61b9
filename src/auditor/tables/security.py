"""Whether what looks for weaknesses is looking."""

from __future__ import annotations

from auditor.columns import Column, Table, answered

PRODUCTS = ("securityhub", "inspector", "macie")
_FIRST = ("source", "account", "region")

TABLES = (
    Table(
        "security_products",
        "one row per security product of an account and region, and answer: whether it is on, and what it looks at",
        (
            *answered(),
            Column("product", "text", "the product", values=PRODUCTS),
            Column("enabled", "bool", "whether it is switched on; null where the answer does not say", nullable=True),
            Column(
                "standards",
                "int",
                "standards that are on and ready; null where it has none to switch on, or did not answer",
                "1",
                nullable=True,
            ),
            Column(
                "covered",
                "int",
                "resources that it scans, or jobs that run; null where it has no such list, or did not answer",
                "1",
                nullable=True,
            ),
            Column("findings", "int", "findings, without samples; null where it did not answer", "1", nullable=True),
            Column("newest_at", "instant", "UpdatedAt of the newest finding; null without one", "us", nullable=True),
        ),
        (*_FIRST, "product", "answered_at"),
    ),
)
