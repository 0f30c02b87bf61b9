"""Where data lies, where it is copied to, how it is kept, and what watches and bounds that.

Rules kept here: a store is a row of ``resources``; where it is copied, replicated, logged or keyed to is a row of
``resource_links``, whose destination may be in an account that does not answer: then its region is null, not empty.
"""

from __future__ import annotations

from auditor.columns import Column, Table, answered

LINK_KINDS = (
    "replica",
    "replication",
    "backup_copy",
    "snapshot_share",
    "key",
    "key_replica",
    "log_destination",
    "export",
    "global_member",
    "access_point",
)
DEFAULT_KEY_MANAGERS = ("aws_owned", "aws_managed", "customer", "none")
RETENTION_BASES = ("log_group", "lifecycle", "time_to_live", "backup", "object_lock")
_FIRST = ("source", "account", "region")

TABLES = (
    Table(
        "regions",
        "one row per region of an account, enabled or not",
        (
            *answered(),
            Column("name", "text", "RegionName"),
            Column("opt_status", "text", "RegionOptStatus: ENABLED, ENABLED_BY_DEFAULT, DISABLED ..."),
        ),
        (*_FIRST, "name", "answered_at"),
    ),
    Table(
        "resource_links",
        "one row per other place that what a resource holds, or the key to it, is also in or goes to",
        (
            *answered(),
            Column("arn", "text", "the resource"),
            Column("kind", "text", "what the other place is to it", values=LINK_KINDS),
            Column("destination", "text", "ARN or name of the other place, as the answer states it"),
            Column("destination_account", "text", "account of it; null where not stated", nullable=True),
            Column(
                "destination_region",
                "text",
                "region of it; empty where it has none (unbounded); null where it could not be found out",
                nullable=True,
            ),
            Column("enabled", "bool", "whether it is in force; null where not stated", nullable=True),
        ),
        (*_FIRST, "arn", "kind", "destination", "answered_at"),
    ),
    Table(
        "resource_protection",
        "one row per store and answer: how what is in it is protected",
        (
            *answered(),
            Column("arn", "text", "the resource"),
            Column("service", "text", "service of the ARN, e.g. s3"),
            Column("encrypted", "bool", "whether it is encrypted at rest; null where not stated", nullable=True),
            Column("key_arn", "text", "key that encrypts it; null for the service's own", nullable=True),
            Column("key_manager", "text", "whose key it is", nullable=True, values=DEFAULT_KEY_MANAGERS),
            Column("public_blocked", "bool", "whether public access is blocked in every way", nullable=True),
            Column("versioned", "bool", "whether earlier versions are kept", nullable=True),
            Column("point_in_time", "bool", "whether it can be restored to an instant", nullable=True),
            Column("lock_days", "int", "days for which nobody can delete (compliance mode)", "d", nullable=True),
            Column("masked", "bool", "whether a data-protection policy masks what goes into it", nullable=True),
            Column("rotated", "bool", "of a key: whether it is rotated by itself", nullable=True),
            Column("origin", "text", "of a key: where its material comes from, e.g. AWS_KMS", nullable=True),
            Column("state", "text", "of a key: whether it can be used, e.g. Enabled", nullable=True),
        ),
        (*_FIRST, "arn", "answered_at"),
    ),
    Table(
        "retention_rules",
        "one row per rule by which a store deletes, or one that says that it never does",
        (
            *answered(),
            Column("arn", "text", "the resource"),
            Column("basis", "text", "what the rule is", values=RETENTION_BASES),
            Column("rule", "text", "name or prefix of the rule; may be empty: of everything"),
            Column("data_class", "text", "class of the data in it, as it is tagged", nullable=True),
            Column("days", "int", "days after which it deletes; null: never", "d", nullable=True),
            Column("oldest_at", "instant", "time of the oldest record that is there", "us", nullable=True),
        ),
        (*_FIRST, "arn", "basis", "rule", "answered_at"),
    ),
    Table(
        "recorders",
        "one row per AWS Config recorder and answer; a region without one has only its row in source_answers",
        (
            *answered(),
            Column("recorder", "text", "name"),
            Column("recording", "bool", "whether it records"),
            Column("last_status", "text", "lastStatus", nullable=True),
            Column("every_type", "bool", "whether it records every supported resource type", nullable=True),
        ),
        (*_FIRST, "recorder", "answered_at"),
    ),
    Table(
        "region_policies",
        "one row per service control policy that bounds regions, and target",
        (
            *answered(),
            Column("policy", "text", "id of the policy"),
            Column("target", "text", "root, unit or account that it is attached to"),
            Column("allowed", "text", "regions that it leaves open, sorted, comma between them"),
            Column("covers_bedrock", "bool", "whether calls of Bedrock are among what it denies elsewhere"),
            Column("denies_unspecified", "bool", "whether it denies the region named unspecified (global profiles)"),
            Column("exempts", "bool", "whether a further condition lets some callers out of it", nullable=True),
        ),
        (*_FIRST, "policy", "target", "answered_at"),
    ),
)
