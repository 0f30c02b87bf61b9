"""Opens the archive that a reference names: a directory, or ``s3://BUCKET/PREFIX``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.archive.directory import DirectoryStore
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from auditor.adapters.archive.store import ObjectStore

S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[A-Za-z0-9._/-]*))?")
CONNECT_S, READ_S, TRIES = 10, 60, 5


def open_store(reference: str, endpoint: str | None = None) -> ObjectStore:
    """Return the store of a reference; nothing is asked of it yet. ``endpoint`` is for S3 at another address.

    Raises:
        UsageError: the reference is malformed.
        EngineError: S3 is wanted and boto3 is not installed, or has no region.
    """
    if "://" not in reference:
        return DirectoryStore(Path(reference))
    match = S3.fullmatch(reference)
    if match is None:
        raise UsageError(f"{reference}: no archive", remedy="give a directory, or s3://BUCKET or s3://BUCKET/PREFIX")
    try:
        import boto3  # noqa: PLC0415 - heavy
        from botocore.config import Config  # noqa: PLC0415 - heavy
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - heavy
    except ImportError as error:
        raise EngineError(f"{reference}: boto3 is not installed", remedy="reinstall auditor") from error
    from auditor.adapters.archive.s3 import S3Store  # noqa: PLC0415 - heavy

    config = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"mode": "standard", "max_attempts": TRIES})
    try:
        client = boto3.client("s3", endpoint_url=endpoint, config=config)
    except (BotoCoreError, ValueError) as error:
        raise EngineError(f"{reference}: S3 cannot be asked ({error})", remedy="set AWS_REGION") from error
    prefix = (match["prefix"] or "").strip("/")
    return S3Store(client, match["bucket"], f"{prefix}/" if prefix else "")
