"""Writes a large object to S3 in parts, and goes on where a killed writer stopped.

Rules kept here: the parts of a file are a function of its size alone, so a second writer cuts alike; a part that is
there is used again only if S3 says the SHA-256 that we compute of ours; memory is one part. S3 has no SHA-256 of the
whole of such an object, so whoever put it reads it back.
Sources: Amazon S3 API, CreateMultipartUpload, ListMultipartUploads, ListParts, UploadPart, CompleteMultipartUpload;
user guide, "Amazon S3 multipart upload limits".
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PART_BYTES = 64 << 20
MAX_PARTS = 10_000


def part_size(size: int, least: int) -> int:
    """Return how many bytes each part but the last has: ``least``, or as many as no more than 10 000 parts need."""
    return max(least, -(-size // MAX_PARTS))


def upload_parts(client: Any, whole: dict[str, str], source: Path, size: int, lock: dict[str, Any], least: int) -> None:
    """Write ``source`` as the object ``whole`` (Bucket, Key) if there is none, locked as ``lock`` says.

    Raises:
        ClientError: S3 refuses; ``PreconditionFailed`` if there is an object, and what was sent is given up then.
    """
    upload, there = _unfinished(client, whole) or _begun(client, whole, lock)
    parts = []
    with source.open("rb") as file:
        number = 0
        while block := file.read(part_size(size, least)):
            number += 1
            checksum = base64.b64encode(hashlib.sha256(block).digest()).decode()
            tag = there.get((number, checksum, len(block))) or _sent(client, whole, upload, number, block, checksum)
            parts.append({"PartNumber": number, "ETag": tag, "ChecksumSHA256": checksum})
    try:
        client.complete_multipart_upload(**whole, UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    except client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") == "PreconditionFailed":
            client.abort_multipart_upload(**whole, UploadId=upload)
        raise


def _begun(client: Any, whole: dict[str, str], lock: dict[str, Any]) -> tuple[str, dict[tuple[int, str, int], str]]:
    return client.create_multipart_upload(**whole, **lock, ChecksumAlgorithm="SHA256")["UploadId"], {}


def _unfinished(client: Any, whole: dict[str, str]) -> tuple[str, dict[tuple[int, str, int], str]] | None:
    """Return the latest upload of this key that nobody finished, with (number, SHA-256, size) -> tag of its parts."""
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=whole["Bucket"], Prefix=whole["Key"])
    uploads = [one for page in pages for one in page.get("Uploads", []) if one["Key"] == whole["Key"]]
    if not uploads:
        return None
    upload = max(uploads, key=lambda one: (one["Initiated"], one["UploadId"]))["UploadId"]
    there = {}
    for page in client.get_paginator("list_parts").paginate(**whole, UploadId=upload):
        for part in page.get("Parts", []):
            there[part["PartNumber"], part.get("ChecksumSHA256", ""), part["Size"]] = part["ETag"]
    return upload, there


def _sent(client: Any, whole: dict[str, str], upload: str, number: int, block: bytes, checksum: str) -> str:
    sent = client.upload_part(**whole, UploadId=upload, PartNumber=number, Body=block, ChecksumSHA256=checksum)
    tag: str = sent["ETag"]
    return tag
