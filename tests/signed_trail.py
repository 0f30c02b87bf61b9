"""A trail whose digests are signed: what CloudTrail would have put into a bucket, with our own key, to tamper with.

The chain is what the AWS guide describes; awscli's own validate-logs accepts it (``collectors/test_trail_oracle.py``).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

START = datetime(2025, 1, 14, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACCOUNT, REGION, TRAIL = "123456789012", "eu-central-1", "audit"
BUCKET = "company-trail"
LOGS_OF_HOUR = (2, 1, 0, 3, 2)


@cache
def private_key(name: str = "cloudtrail") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key(
    name: str = "cloudtrail",
    *,
    start: datetime = START - 30 * HOUR,
    end: datetime = START + 30 * HOUR,
    form: serialization.PublicFormat = serialization.PublicFormat.PKCS1,
) -> dict[str, Any]:
    """Return a key as ListPublicKeys states it."""
    der = private_key(name).public_key().public_bytes(serialization.Encoding.DER, form)
    return {
        "Value": base64.b64encode(der).decode(),
        "ValidityStartTime": text(start),
        "ValidityEndTime": text(end),
        "Fingerprint": fingerprint(name),
    }


def fingerprint(name: str = "cloudtrail") -> str:
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


@dataclass(frozen=True)
class Stored:
    """An object of the bucket."""

    content: bytes
    metadata: Mapping[str, str] = field(default_factory=dict)


class SignedTrail:
    """The objects of one trail about one region, by key; ``digests`` are the keys of its digests, the oldest first."""

    def __init__(self, region: str = REGION, *, hours: tuple[int, ...] = LOGS_OF_HOUR, events: int = 2) -> None:
        self.region = region
        self.objects: dict[str, Stored] = {}
        self.keys = [public_key()]
        self.digests: list[str] = []
        self.logs: list[list[str]] = []
        self.documents: dict[str, dict[str, Any]] = {}
        for hour, count in enumerate(hours):
            self.logs.append([self.add_log(hour, number, events) for number in range(count)])
            self.digests.append(self.add_digest(hour, self.logs[hour]))

    def add_log(self, hour: int, number: int, events: int, *, prefix: str = "e") -> str:
        """Deliver a log file of ``hour``; return its key."""
        moment = START + hour * HOUR + timedelta(minutes=10 + number)
        key = (
            f"AWSLogs/{ACCOUNT}/CloudTrail/{self.region}/{moment:%Y/%m/%d}/"
            f"{ACCOUNT}_CloudTrail_{self.region}_{moment:%Y%m%dT%H%M}Z_{prefix}{number:015}.json.gz"
        )
        records = [
            record(f"{prefix}-{self.region}-{hour}-{number}-{one}", moment, self.region) for one in range(events)
        ]
        self.objects[key] = Stored(gzip.compress(json.dumps({"Records": records}).encode(), mtime=0))
        return key

    def digest_key(self, end: datetime, *, backfill: bool = False) -> str:
        return (
            f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{self.region}/{end:%Y/%m/%d}/"
            f"{ACCOUNT}_CloudTrail-Digest_{self.region}_{TRAIL}_{REGION}_{stamp(end)}{'_backfill' * backfill}.json.gz"
        )

    def add_digest(
        self,
        hour: int,
        logs: list[str],
        *,
        previous: Any = ...,
        backfill: bool = False,
        key: str = "",
    ) -> str:
        """Sign a digest of ``hour`` that lists ``logs`` and follows the last one, or ``previous``; return its key."""
        end = START + (hour + 1) * HOUR
        before = (self.digests[-1] if self.digests else None) if previous is ... else previous
        at = key or self.digest_key(end, backfill=backfill)
        document = {
            "awsAccountId": ACCOUNT,
            "digestStartTime": text(end - HOUR),
            "digestEndTime": text(end),
            "digestS3Bucket": BUCKET,
            "digestS3Object": at,
            "digestPublicKeyFingerprint": fingerprint(),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            **self.follows(before),
            "logFiles": [self.listed(one) for one in logs],
        }
        self.sign(at, document, backfill=backfill)
        return at

    def follows(self, before: str | None) -> dict[str, Any]:
        """Return what a digest says of the one before it."""
        names = ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")
        if before is None:
            return {f"previousDigest{name}": None for name in names}
        stored = self.objects[before]
        digest = hashlib.sha256(gzip.decompress(stored.content)).hexdigest()
        values = (BUCKET, before, digest, "SHA-256", stored.metadata["signature"])
        return {f"previousDigest{name}": value for name, value in zip(names, values, strict=True)}

    def listed(self, key: str) -> dict[str, Any]:
        return {
            "s3Bucket": BUCKET,
            "s3Object": key,
            "hashValue": hashlib.sha256(gzip.decompress(self.objects[key].content)).hexdigest(),
            "hashAlgorithm": "SHA-256",
            "newestEventTime": text(START),
            "oldestEventTime": text(START),
        }

    def sign(
        self,
        at: str,
        document: dict[str, Any],
        *,
        by: str = "cloudtrail",
        algorithm: hashes.HashAlgorithm | None = None,
        backfill: bool = False,
    ) -> None:
        """Put ``document`` at ``at``, signed."""
        content = json.dumps(document).encode()
        before = document["previousDigestSignature"] or "null"
        place = f"{document['digestS3Bucket']}/{document['digestS3Object']}"
        signed = f"{document['digestEndTime']}\n{place}\n{hashlib.sha256(content).hexdigest()}\n{before}"
        signature = private_key(by).sign(signed.encode(), padding.PKCS1v15(), algorithm or hashes.SHA256())
        metadata = {"signature": signature.hex(), "signature-algorithm": "SHA256withRSA"}
        if backfill:
            metadata["backfill-generation-timestamp"] = text(START + 5 * HOUR)
        self.documents[at] = document
        self.objects[at] = Stored(gzip.compress(content, mtime=0), metadata)

    def resign(self, number: int, **changes: Any) -> None:
        """Change members of a digest and sign it again, as only whoever holds CloudTrail's key can."""
        how = {name: changes.pop(name) for name in ("by", "algorithm") if name in changes}
        at = self.digests[number]
        self.sign(at, self.documents[at] | changes, **how)

    def relink(self, number: int) -> None:
        """Have every digest from ``number`` on follow the one before it as that is now."""
        for one in range(number, len(self.digests)):
            self.resign(one, **self.follows(self.digests[one - 1]))

    def change(self, key: str, content: bytes | None = None, **metadata: str | None) -> None:
        """Put other bytes, or other metadata (None: taken away), at ``key``."""
        kept = {**self.objects[key].metadata, **metadata}
        told = {name: value for name, value in kept.items() if value is not None}
        self.objects[key] = replace(self.objects[key], content=content or self.objects[key].content, metadata=told)

    def write(self, folder: Path, keys: Path, *, heads: bool = True) -> None:
        """Write the objects as a copy of the bucket, each digest's head beside it, and the answer of ListPublicKeys."""
        for key, stored in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stored.content)
            if heads and "CloudTrail-Digest" in key:
                path.with_name(path.name + ".head.json").write_text(json.dumps({"Metadata": dict(stored.metadata)}))
        keys.parent.mkdir(parents=True, exist_ok=True)
        keys.write_text(json.dumps({"PublicKeyList": self.keys}))


def record(event: str, moment: datetime, region: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "eventTime": text(moment),
        "eventSource": "bedrock.amazonaws.com",
        "eventName": "InvokeModel",
        "awsRegion": region,
        "eventID": event,
        "readOnly": True,
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "requestParameters": {"modelId": "anthropic.claude"},
    }
