"""How a release was deployed, phase by phase, and rolled back."""

from __future__ import annotations

from auditor.columns import Column, Table, scope

TABLES = (
    Table(
        "phases",
        "one row per phase of a deployment, as its log tells it",
        (
            *scope(),
            Column("phase", "text", "name of the phase: phase_1 .. phase_7, as auditor.toml maps it"),
            Column("started_at", "instant", "when it began, by the source's clock", "us"),
            Column("ended_at", "instant", "when it ended; null while it runs", "us", nullable=True),
        ),
        ("started_at", "phase"),
    ),
)
