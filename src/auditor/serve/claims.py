"""What a bundle in an archive claims to be, read without trusting it: a folder or a canonical tar, by nobody verified.

Rules kept here: no link is followed, on the way or at the end, and only plain files are read (a pipe or a device would
hang a reader); each file has a limit of bytes; whatever is wrong becomes a sentence, never an exception, for one bad
bundle must not hide the others.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from auditor.adapters.bundle import layout
from auditor.adapters.bundle.container_reader import read_index
from auditor.adapters.signing.envelope import unverified_payload
from auditor.core.canonical import strict_json
from auditor.core.decisions_form import decisions_problem
from auditor.core.run_predicate import read_run_statement
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.core.run_predicate import RunPredicate

MAX_ATTESTATION = 16 << 20
MAX_DECISIONS = 64 << 20
MAX_BROWSED = 4 << 30  # a larger bundle is compared and reported by the command line
LIMITS = layout.Limits(total_bytes=MAX_BROWSED)


class _Said(BaseModel):
    """Some members of a statement; the others, long lists of files among them, are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class ScopeSaid(_Said):
    """What was decided about."""

    system: str
    environment: str
    release: str
    phase: str | None = None


class ProfileSaid(_Said):
    """Which profile decided."""

    id: str


class GateSaid(_Said):
    """One gate as decided."""

    gate: str
    decision: str
    verdict: str


class ProducerSaid(_Said):
    """Whose key sealed it."""

    development: bool


class RunSaid(_Said):
    """What the list shows of a run's predicate (``auditor.core.run_predicate``); instants are RFC 3339, in UTC."""

    bundleId: str  # noqa: N815 - the statement's own names
    asOf: str  # noqa: N815
    timeCreated: str  # noqa: N815
    validUntil: str  # noqa: N815
    result: Literal["pass", "fail", "inconclusive", "not_applicable"]
    approval: str
    policyDigest: str  # noqa: N815
    scope: ScopeSaid
    profile: ProfileSaid
    gates: tuple[GateSaid, ...]
    producer: ProducerSaid


class _Statement(_Said):
    predicate: RunSaid


@dataclass(frozen=True, slots=True)
class Claims:
    """What the statement of a run says, its signature not checked. ``key_id`` is the one that the wrapper names."""

    predicate: RunSaid
    key_id: str


class Unreadable(Exception):  # noqa: N818 - a state of a bundle, told on a page
    """The bundle cannot be read; the text says why, for a person."""


def read_claims(root: Path, parts: tuple[str, ...]) -> Claims:
    """Return the claims of the bundle at ``root/parts``. Raises ``Unreadable``."""
    content = _content(root, parts, layout.ATTESTATION, MAX_ATTESTATION)
    with _worded():
        payload, key_id = unverified_payload(content, layout.ATTESTATION)
        return Claims(_Statement.model_validate_json(payload).predicate, key_id)


def read_predicate(root: Path, parts: tuple[str, ...]) -> RunPredicate:
    """Return the whole predicate, of the form that it has to have. Raises ``Unreadable``."""
    content = _content(root, parts, layout.ATTESTATION, MAX_ATTESTATION)
    with _worded():
        payload, _ = unverified_payload(content, layout.ATTESTATION)
        _, predicate = read_run_statement(strict_json(payload, max_bytes=MAX_ATTESTATION))
        return predicate


def read_decisions(root: Path, parts: tuple[str, ...]) -> dict[str, Any]:
    """Return ``decisions.json`` of the bundle at ``root/parts``. Raises ``Unreadable``."""
    content = _content(root, parts, layout.DECISIONS, MAX_DECISIONS)
    with _worded():
        document = strict_json(content, max_bytes=MAX_DECISIONS)
        problem = decisions_problem(document)
    if problem or not isinstance(document, dict):
        raise Unreadable(f"{layout.DECISIONS}: {problem}")
    return document


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        linked = error.errno in (errno.ELOOP, errno.ENOTDIR)
        raise Unreadable("holds a link, which is not followed" if linked else str(error.strerror)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise Unreadable(f"{'.'.join(str(part) for part in first['loc']) or 'statement'}: {first['msg']}") from error
    except (AuditorError, ValueError, RecursionError) as error:
        raise Unreadable(str(error).splitlines()[0]) from error


def _content(root: Path, parts: tuple[str, ...], name: str, most: int) -> bytes:
    with _worded():
        if parts[-1].endswith(".tar"):
            return _of_tar(root, parts, name, most)
        with _opened(root, (*parts, *name.split("/"))) as descriptor:
            return _read(descriptor, 0, os.fstat(descriptor).st_size, most, name)


def _of_tar(root: Path, parts: tuple[str, ...], name: str, most: int) -> bytes:
    with _opened(root, parts) as descriptor:
        member = read_index(descriptor, parts[-1]).members.get(name)
        if member is None:
            raise Unreadable(f"{name}: not in the tar")
        return _read(descriptor, member.offset, member.size, most, name)


def _read(descriptor: int, offset: int, size: int, most: int, name: str) -> bytes:
    if size > most:
        raise Unreadable(f"{name}: {size} bytes, at most {most} are read")
    found = bytearray()
    while len(found) < size:
        block = os.pread(descriptor, min(size - len(found), 1 << 20), offset + len(found))
        if not block:
            raise Unreadable(f"{name}: ends after {len(found)} of {size} bytes")
        found += block
    return bytes(found)


@contextmanager
def _opened(root: Path, parts: tuple[str, ...]) -> Iterator[int]:
    """Open a plain file below ``root``, no part of the way being a link."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = below
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(parts[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable(f"{parts[-1]}: not a plain file")
        yield descriptor
    finally:
        os.close(descriptor)
