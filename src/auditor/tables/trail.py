"""How CloudTrail is set up, and whether what it delivered is what it signed."""

from __future__ import annotations

from auditor.columns import Column, Table, answered, scope

DIGEST_STATES = ("valid", "invalid", "unverified")
# Why a digest is not valid. unreadable: no digest. moved: it does not lie where it says. unsigned: its metadata hold no
# signature. algorithm, signature: not SHA256withRSA, or of other bytes. undated: a backfill of no known date.
# key_unknown: none of the keys of its region and time. key_expired: its key is of another time. Unverified are:
# unread: it is there, and was refused. no_signature: nobody kept its metadata, and no digest follows. no_keys: no key
# of its region and time is here.
DIGEST_REASONS = (
    "unreadable", "moved", "unsigned", "algorithm", "signature", "undated", "key_unknown", "key_expired",
    "no_signature", "no_keys", "unread",
)  # fmt: skip
WITNESSES = ("object", "successor", "none")
DIGEST_LINKS = ("linked", "anchored", "begins", "started", "restarted", "missing", "altered", "forked", "unseen")
ANCHORS = ("none", "held", "lost", "unknown")
KEYS_FROM = ("saved", "asked")

_FIRST = ("source", "account", "region")
_LINK = (
    "linked: the file before it is the one that it names; anchored: that is a declared one; begins: the first here, "
    "and names one that is not; started: the first here, and names none; restarted: names none, though older ones are "
    "here; missing: names one that is not here, though older ones are; altered: the file before it is another than it "
    "names; forked: another digest follows the same one; unseen: names one that is here and could not be read; null "
    "where it is unreadable itself"
)
_ANCHOR = (
    "held: a declared digest is in it, or what its first follows; lost: neither; none: none is declared; "
    "unknown: nobody could look"
)


def _chain() -> tuple[Column, ...]:
    return (
        *scope(),
        Column("account", "text", "account whose calls it is about, 12 digits; empty: of log files of no known place"),
        Column("region", "text", "region that it is about; empty as above"),
        Column("trail", "text", "name of the trail; empty where there is no digest at all"),
        Column("home_region", "text", "home region of the trail; empty as above"),
    )


def _count(name: str, meaning: str) -> Column:
    return Column(name, "int", meaning, "1")


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
    Table(
        "trail_digests",
        "one row per digest file of CloudTrail, verified at collection; not computed again without the files",
        (
            *_chain(),
            Column("digest", "text", "object key of the file"),
            Column("backfill", "bool", "whether it was made later, of what came late"),
            Column("start_time", "instant", "digestStartTime; null where it is unreadable", "us", nullable=True),
            Column("end_time", "instant", "digestEndTime; null where it is unreadable", "us", nullable=True),
            Column("sha256", "text", "SHA-256 of its uncompressed bytes; null as above", nullable=True),
            Column("state", "text", "what its signature shows", values=DIGEST_STATES),
            Column("reason", "text", "why it is not valid", nullable=True, values=DIGEST_REASONS),
            Column("witness", "text", "what states its signature: its object, or its successor", values=WITNESSES),
            Column("link", "text", _LINK, nullable=True, values=DIGEST_LINKS),
            Column(
                "gap_us",
                "int",
                "time before it that no valid digest covers; null: first, or not valid",
                "us",
                nullable=True,
            ),
            _count("logs_listed", "log files that it lists"),
            _count("logs_valid", "of these, files whose content is what it states"),
            _count("logs_missing", "of these, files that are not here"),
            _count("logs_invalid", "of these, files that are here and are others"),
            _count("logs_unread", "of these, files that are here and could not be read"),
            Column("key_sha256", "text", "SHA-256 of the public key; null where it is not valid", nullable=True),
        ),
        ("source", "account", "region", "trail", "home_region", "digest"),
    ),
    Table(
        "trail_chains",
        "one row per chain of digests: of a trail, about a region of an account",
        (
            *_chain(),
            _count("digests", "digest files that are here"),
            _count("valid", "of these, valid ones"),
            _count("invalid", "of these, invalid ones"),
            _count("unverified", "of these, unverified ones"),
            _count("breaks", "digests whose predecessor is missing, altered or followed by another one too"),
            _count("restarts", "digests that name no predecessor though older ones are here"),
            _count("gaps", "times that no valid digest covers, between valid ones"),
            Column("longest_gap_us", "int", "the longest of them; 0: none", "us"),
            _count("logs_listed", "log files that its valid digests list"),
            _count("logs_valid", "of these, files whose content is what they state: those alone were read"),
            _count("logs_unlisted", "files of its account and region, of its time, that no digest lists: not read"),
            _count("logs_outside", "such files of another time: not read"),
            _count(
                "logs_unproven", "files of its account and region that only digests list that are not valid: not read"
            ),
            Column("first_start", "instant", "digestStartTime of its first valid digest", "us", nullable=True),
            Column("last_end", "instant", "digestEndTime of its last valid digest", "us", nullable=True),
            Column("head", "text", "SHA-256 of its first valid digest", nullable=True),
            Column("tail", "text", "SHA-256 of its last valid digest: the anchor of the next run", nullable=True),
            Column("tail_digest", "text", "object key of its last valid digest", nullable=True),
            Column("anchor", "text", _ANCHOR, values=ANCHORS),
            Column("anchored_from", "instant", "moment from which a declared digest holds it", "us", nullable=True),
            Column(
                "keys_from", "text", "saved: an answer of ListPublicKeys that was kept; asked: by us", values=KEYS_FROM
            ),
            Column(
                "keys_sha256", "text", "SHA-256 over the sorted 'digest  fingerprint' lines of the keys that it used"
            ),
        ),
        ("source", "account", "region", "trail", "home_region"),
    ),
)
