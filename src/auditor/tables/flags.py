"""Feature flags, and how they changed."""

from __future__ import annotations

from auditor.columns import Column, Table, identifier, scope

FLAG_PROVIDERS = ("appconfig", "flagd", "env", "ssm")
FLAG_CHANGE_KINDS = ("deployed", "completed", "rolled_back", "changed")

TABLES = (
    Table(
        "flags",
        "one row per feature flag as its document states it, and one more per variant of a flag that has several",
        (
            *scope(),
            Column("flag", "text", "name of the flag in the plan, after the declared aliases"),
            Column("variant", "text", "variant of the flag; null in the row of the flag itself", nullable=True),
            Column(
                "enabled",
                "bool",
                "whether everybody gets the flag on; of a variant, what it gives; null when that is not one boolean",
                nullable=True,
            ),
            Column("updated_at", "instant", "when the flag was last changed, by its document", "us", nullable=True),
            Column("provider", "text", "form of the document", values=FLAG_PROVIDERS),
        ),
        ("source", "flag", "variant"),
    ),
    Table(
        "flag_changes",
        "one row per step of a change of a feature flag",
        (
            *scope(),
            Column("event_time", "instant", "when the step happened, by the source's clock", "us"),
            Column("flag", "text", "name of the flag in the plan, after the declared aliases"),
            Column("enabled", "bool", "what the change sets; null when that is not one boolean", nullable=True),
            Column("kind", "text", "step of the change; completed is the rollout's end", values=FLAG_CHANGE_KINDS),
            Column("rollout_percent", "int", "per cent of targets reached, cut off to a whole one", "1", nullable=True),
            *identifier("deployment", "id of the deployment", nullable=True),
        ),
        ("event_time", "flag", "kind"),
    ),
)
