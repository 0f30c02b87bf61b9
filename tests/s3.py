"""S3 for tests: moto on loopback, and what moto does otherwise than S3 put right, with faults on request.

moto 5.2 lists parts without their checksums, lets a COMPLIANCE retention be shortened, and forgets the lock of an
object that came in parts. The last is left as it is: it stands for a store that did not do as it was told.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from auditor.adapters.archive.references import open_store
from auditor.adapters.archive.s3 import S3Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
LEAST_PART = 5 << 20


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve S3 on loopback; give its address."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_store(endpoint: str, *, lock: bool = True, part_bytes: int = LEAST_PART) -> S3Store:
    """Make a bucket of a new name, and a store in it whose client is ``FaithfulS3``."""
    opened = open_store(f"s3://archive-{uuid4().hex}/kept", endpoint)
    assert isinstance(opened, S3Store)
    place = {"LocationConstraint": "eu-central-1"}
    opened.client.create_bucket(Bucket=opened.bucket, ObjectLockEnabledForBucket=lock, CreateBucketConfiguration=place)
    return S3Store(FaithfulS3(opened.client), opened.bucket, opened.prefix, part_bytes)


def refused(code: str, operation: str = "Test") -> ClientError:
    """Return the error with which S3 refuses."""
    return ClientError({"Error": {"Code": code, "Message": "said by a test"}}, operation)


class FaithfulS3:
    """A boto3 client of moto's that keeps S3's rules; ``faults[operation]`` are called, once each, before it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: list[str] = []
        self.faults: dict[str, list[Callable[[dict[str, Any]], Any]]] = defaultdict(list)
        self.checksums: dict[tuple[str, int], str] = {}
        self.exceptions = client.exceptions

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append(operation)
            if self.faults[operation]:
                answer = self.faults[operation].pop(0)(arguments)
                if answer is not None:
                    return answer
            rule = getattr(type(self), f"_{operation}", None)
            if rule:
                rule(self, arguments)
            return getattr(self.client, operation)(**arguments)

        return call

    def get_paginator(self, operation: str) -> Any:
        pages = self.client.get_paginator(operation)
        if operation != "list_parts":
            return pages
        outer = self

        class WithChecksums:
            def paginate(self, **arguments: Any) -> Iterator[Any]:
                for page in pages.paginate(**arguments):
                    for part in page.get("Parts", []):
                        known = outer.checksums.get((arguments["UploadId"], part["PartNumber"]))
                        if known:  # a part of a process that was killed has none here: it is sent again
                            part["ChecksumSHA256"] = known
                    yield page

        return WithChecksums()

    def _upload_part(self, arguments: dict[str, Any]) -> None:
        self.checksums[arguments["UploadId"], arguments["PartNumber"]] = arguments["ChecksumSHA256"]

    def _put_object_retention(self, arguments: dict[str, Any]) -> None:
        head = self._head(arguments)
        until = head.get("ObjectLockRetainUntilDate")
        asked = arguments["Retention"]
        if until and (asked["RetainUntilDate"] < until or asked["Mode"] != head["ObjectLockMode"]):
            raise refused("AccessDenied", "PutObjectRetention")

    def _head(self, arguments: dict[str, Any]) -> Any:
        return self.client.head_object(**{name: arguments[name] for name in ("Bucket", "Key", "VersionId")})
