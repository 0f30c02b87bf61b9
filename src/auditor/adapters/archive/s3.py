"""An archive in an S3 bucket: versioned, with Object Lock, so that nobody deletes what is due to be kept.

Rules kept here: every object is written with its SHA-256, under ``If-None-Match: *`` and locked in COMPLIANCE mode in
the same request, so there is no instant at which it is unlocked; a bucket without versions or Object Lock is refused;
what S3 refuses or cannot do is an error that names the object. Credentials are those of the environment, never options.
Sources: Amazon S3 API, PutObject, ListObjectVersions, HeadObject, PutObjectRetention, GetBucketVersioning,
GetObjectLockConfiguration; user guide, "Conditional writes" and "Checking object integrity".
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.archive.s3_parts import PART_BYTES, upload_parts
from auditor.adapters.archive.store import COMPLIANCE, ObjectVersion, Retention
from auditor.adapters.bundle.digests import CHUNK
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.bundle.manifest import Entry

EXISTS, RACED = "PreconditionFailed", "ConditionalRequestConflict"
NOT_SET_UP = "ObjectLockConfigurationNotFoundError"
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class S3Store:
    """Objects below ``prefix`` of ``bucket``; ``client`` is a boto3 S3 client; larger files go up in parts."""

    client: Any
    bucket: str
    prefix: str = ""
    part_bytes: int = PART_BYTES

    @property
    def locks(self) -> bool:
        """Whether deletion is forbidden: always here."""
        return True

    def check(self) -> None:
        """See that the bucket keeps versions and locks them. Raises ``UsageError``, ``EngineError``."""
        with self._asking("reading the bucket's settings"):
            versioning = self.client.get_bucket_versioning(Bucket=self.bucket).get("Status")
            lock = self._lock_setting()
        if versioning != "Enabled" or lock != "Enabled":
            raise UsageError(
                f"s3://{self.bucket}: versioning is {versioning or 'off'}, Object Lock {lock or 'off'}",
                remedy="an archive needs both; make a bucket with Object Lock enabled",
            )

    def put_absent(self, key: str, source: Path, entry: Entry, retain_until: datetime | None) -> None:
        """Write ``source`` to ``key`` unless an object is visible there. Raises ``EngineError``, ``UsageError``."""
        if retain_until is None:
            raise UsageError(f"s3://{self.bucket}: no retention is declared", remedy="declare it with --retain")
        lock = {"ObjectLockMode": COMPLIANCE, "ObjectLockRetainUntilDate": retain_until}
        whole = {"Bucket": self.bucket, "Key": self.prefix + key}
        with self._asking(f"writing {key}"):
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    if entry.size > self.part_bytes:
                        upload_parts(self.client, whole, source, entry.size, lock, self.part_bytes)
                    else:
                        self._put(whole, source, entry, lock)
                except self.client.exceptions.ClientError as error:
                    code = _code(error)
                    if code == EXISTS:
                        return
                    if code not in {RACED, "NoSuchUpload"} or attempt == ATTEMPTS:
                        raise
                else:
                    return

    def versions(self, prefix: str = "") -> Iterator[ObjectVersion]:
        """Yield every version and delete marker. Raises ``EngineError``."""
        with self._asking("listing versions"):
            pages = self.client.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix + prefix):
                for deleted, member in ((False, "Versions"), (True, "DeleteMarkers")):
                    for one in page.get(member, []):
                        key = one["Key"].removeprefix(self.prefix)
                        size = one.get("Size", 0)
                        yield ObjectVersion(
                            key, one["VersionId"], size, one["LastModified"], one["IsLatest"], deleted=deleted
                        )

    def read(self, version: ObjectVersion) -> Iterator[bytes]:
        """Yield a version's content; what was cut off is an error. Raises ``EngineError``."""
        with self._asking(f"reading {version.key}"):
            body = self.client.get_object(**self._named(version))["Body"]
            try:
                yield from body.iter_chunks(CHUNK)
            finally:
                body.close()

    def retention(self, version: ObjectVersion) -> Retention | None:
        """Return a version's mode and instant, as far as we may see it (``s3:GetObjectRetention``).

        Raises:
            EngineError: S3 cannot be asked.
        """
        with self._asking(f"reading the retention of {version.key}"):
            head = self.client.head_object(**self._named(version))
        mode, until = head.get("ObjectLockMode"), head.get("ObjectLockRetainUntilDate")
        return Retention(mode, until) if mode and until else None

    def extend(self, version: ObjectVersion, until: datetime) -> None:
        """Lock a version in COMPLIANCE mode until a later time. Raises ``EngineError``."""
        with self._asking(f"extending the retention of {version.key}"):
            self.client.put_object_retention(
                **self._named(version), Retention={"Mode": COMPLIANCE, "RetainUntilDate": until}
            )

    def _named(self, version: ObjectVersion) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + version.key, "VersionId": version.version}

    def _put(self, whole: dict[str, str], source: Path, entry: Entry, lock: dict[str, Any]) -> None:
        checksum = base64.b64encode(bytes.fromhex(entry.sha256)).decode()
        checked = {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": checksum}
        with source.open("rb") as body:
            self.client.put_object(**whole, **lock, **checked, Body=body, ContentLength=entry.size, IfNoneMatch="*")

    def _lock_setting(self) -> str | None:
        try:
            found = self.client.get_object_lock_configuration(Bucket=self.bucket)
        except self.client.exceptions.ClientError as error:
            if _code(error) != NOT_SET_UP:
                raise
            return None
        setting: str | None = found["ObjectLockConfiguration"].get("ObjectLockEnabled")
        return setting

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

        try:
            yield
        except ClientError as error:
            if _code(error) in {"NoSuchBucket", "404"}:
                raise UsageError(f"s3://{self.bucket}: no such bucket", remedy="make it, with Object Lock") from error
            said = error.response.get("Error", {}).get("Message", "")
            raise EngineError(f"s3://{self.bucket}/{self.prefix}: {what} failed ({_code(error)}: {said})") from error
        except (BotoCoreError, OSError) as error:
            raise EngineError(
                f"s3://{self.bucket}/{self.prefix}: {what} failed ({error})",
                remedy="check region, endpoint and credentials in the environment, and try again",
            ) from error


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
