"""What is noted of a release: by which profile it is decided, when it was opened, and over which run it was closed."""

from __future__ import annotations

from auditor.core.statement import Digest, Exact, Instant, ScopeMember, VersionOne


class ProfileMember(Exact):
    """The profile that decides the release."""

    id: str
    sha256: Digest


class ClosedMember(Exact):
    """The closing run, and what it came to."""

    at: Instant
    bundle: str
    statement: Digest
    status: str | None
    rule: str | None


class RecordForm(Exact):
    """The whole file."""

    schemaVersion: VersionOne
    scope: ScopeMember
    profile: ProfileMember
    openedAt: Instant
    closed: ClosedMember | None
