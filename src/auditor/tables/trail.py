"""How CloudTrail is set up, and whether what it delivered is what it signed."""

from __future__ import annotations

from auditor.columns import Column, Table, answered

_FIRST = ("source", "account", "region")

TABLES = (
    Table(
        "trails",
        "one row per trail that an account and region has, and answer",
        (
            *answered(),
            Column("arn", "text", "TrailARN"),
            Column("home_region", "text", "HomeRegion"),
            Column("multi_region", "bool", "IsMultiRegionTrail"),
            Column("organization", "bool", "IsOrganizationTrail", nullable=True),
            Column("validation", "bool", "LogFileValidationEnabled: whether digests are written"),
            Column("bucket", "text", "S3BucketName"),
            Column("prefix", "text", "S3KeyPrefix; may be empty"),
            Column("key_arn", "text", "KmsKeyId", nullable=True),
            Column("logging", "bool", "IsLogging; null where it was not answered", nullable=True),
            Column("delivery_error", "text", "LatestDeliveryError; null when there is none", nullable=True),
            Column("digest_error", "text", "LatestDigestDeliveryError; null when there is none", nullable=True),
            Column("digest_at", "instant", "LatestDigestDeliveryTime", "us", nullable=True),
        ),
        (*_FIRST, "arn", "answered_at"),
    ),
    Table(
        "trail_selectors",
        "one row per event selector of a trail (basic or advanced), and answer",
        (
            *answered(),
            Column("arn", "text", "TrailARN"),
            Column("selector", "int", "its number, from 1", "1"),
            Column("category", "text", "Management, Data, or as an advanced selector states it"),
            Column("reads", "bool", "whether it records calls that read: Bedrock's inference is one of them"),
            Column("writes", "bool", "whether it records calls that write"),
            Column("excluded_sources", "text", "event sources that it leaves out, sorted, comma between; may be empty"),
            Column("resource_types", "text", "resource types that it keeps to, sorted; empty: all", nullable=True),
            Column("narrowed", "bool", "whether another field narrows it further"),
        ),
        (*_FIRST, "arn", "selector", "answered_at"),
    ),
)
