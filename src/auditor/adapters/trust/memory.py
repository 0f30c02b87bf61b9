"""What version of each trust policy was seen last, so that an older or another one is not taken for it.

Rules kept here: one file for each (policy, pinned owner), mode 0600, replaced whole under a lock, so that two programs
at once never put an older version over a later one; a file that cannot be read is an error and never a fresh start.
Source of the rule: The Update Framework 1.0.33, section 5.3.5 (rollback attacks).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from auditor.core.canonical import StrictJSONError, canonical_json, sha256_hex, strict_json
from auditor.core.statement import Digest, Exact
from auditor.errors import EngineError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.adapters.trust.reader import LoadedTrust

MAX_BYTES = 65_536


class Seen(Exact):
    """The latest version seen of a policy under a pinned owner's key."""

    schemaVersion: Literal[1]  # noqa: N815 - a member of JSON
    id: str
    owner: Digest
    version: int = Field(ge=1)
    digest: Digest


def remember(folder: Path, trust: LoadedTrust, owner: str) -> None:
    """Refuse a policy that is older than, or other than, what was seen under ``owner``'s key; else remember it.

    Raises:
        VerificationError: ``trust-rollback``, ``trust-fork``.
        EngineError: the memory cannot be read or written.
    """
    name = sha256_hex(f"{trust.policy.id}\n{owner}".encode())[:32]
    path = folder / f"{name}.json"
    now = Seen(schemaVersion=1, id=trust.policy.id, owner=owner, version=trust.policy.version, digest=trust.digest)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder):
            before = _read(path)
            if before is not None:
                check_seen(before, trust, path)
            if before != now:
                _replace(path, canonical_json(now.model_dump(mode="json")))
    except OSError as error:
        raise EngineError(
            f"{path}: the trust policy that was seen last cannot be kept ({error.strerror})",
            remedy="set AUDITOR_STATE to a folder that can be written and that outlives this run",
        ) from error


def check_seen(before: Seen, trust: LoadedTrust, path: Path) -> None:
    """Refuse ``trust`` where it is not what was seen before or what follows from it. Raises ``VerificationError``."""
    policy = trust.policy
    known = f"version {before.version} of {before.id!r} was seen before ({path})"
    if policy.version < before.version:
        raise VerificationError(
            "trust-rollback",
            f"trust policy {policy.id!r} has version {policy.version}; {known}",
            remedy="get the latest version from its owner",
        )
    if trust.digests.get(before.version, before.digest) != before.digest:
        raise VerificationError(
            "trust-fork",
            f"trust policy {policy.id!r}: another version {before.version} than the one that {known}",
            remedy="ask its owner which of the two is right, and what became of the owner's key",
        )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> Seen | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return Seen.model_validate(strict_json(content, max_bytes=MAX_BYTES))
    except (StrictJSONError, ValidationError) as error:
        raise EngineError(
            f"{path}: does not say which trust policy was seen last",
            remedy="restore it, or remove it once you know that the trust policy is the latest",
        ) from error


def _replace(path: Path, content: bytes) -> None:
    descriptor, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(scratch).unlink()
        raise
