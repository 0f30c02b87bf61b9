"""A release over its days: opened once, looked at after each run, and closed when it is signed.

Rules kept here: a release is opened before its first run, with the profile that will decide it; what is shown of it
comes from its latest run, whose signature was verified; it is closed once, over a run that was decided again and is
signed by who has to sign it; nothing is written when something is missing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from auditor.adapters.bundle import layout
from auditor.adapters.durable import put, sync_folder
from auditor.adapters.signing.envelope import unverified_payload
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.decisions import scope_document
from auditor.core.release_history import release_history
from auditor.core.release_record import ClosedMember, ProfileMember, RecordForm
from auditor.core.run_predicate import RunPredicate, read_run_statement
from auditor.core.statement import ScopeMember
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.model import LineVerdict, Scope, Verdict, isoformat
from auditor.shell.final_sign_off import decide_signed, sign_offs_over
from auditor.shell.reliance import TrustPolicyReliance
from auditor.shell.verify import Verification, verify_relying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.adapters.policies.profile import Profile
    from auditor.config import Config
    from auditor.shell.reliance import Reliance

SUFFIX = ".release.json"
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """The record of a release, and where it lies. ``closed`` is None while the release is open."""

    path: Path
    form: RecordForm

    @property
    def scope(self) -> Scope:
        """Return what is released."""
        return Scope(**self.form.scope.model_dump())


@dataclass(frozen=True, slots=True)
class ClosedRelease:
    """A closed release: its record, the closing run, and the lines that were decided by signatures over it."""

    record: ReleaseRecord
    run: Path
    verified: Verification
    signed: tuple[LineVerdict, ...]


def open_release(config: Config, profile: Profile, folder: Path, now: datetime) -> ReleaseRecord:
    """Open the release of ``config`` in ``folder``, to be decided by ``profile``.

    Raises:
        UsageError: it is open already, a run of it was sealed before, or the configuration lacks a source.
        EngineError: the record cannot be written.
    """
    lacking = sorted(profile.document.sources.keys() - {one.name for one in config.sources})
    if lacking:
        raise UsageError(
            f"profile {profile.document.id} reads sources that the configuration has not: {', '.join(lacking)}",
            remedy="add them to auditor.toml: a line whose source is missing is never a pass",
        )
    path = folder / f"{slug(config.scope.release)}{SUFFIX}"
    if path.exists():
        raise UsageError(f"{path}: the release is open already", remedy="see `auditor release status`")
    sealed = [bundle for bundle, *_ in runs_of(folder, config.scope)]
    if sealed:
        raise UsageError(
            f"{sealed[0]}: a run of release {config.scope.release} was sealed before it was opened",
            remedy="give another --output, or a release that has not begun",
        )
    form = RecordForm(
        schemaVersion=1,
        scope=ScopeMember(**scope_document(config.scope)),
        profile=ProfileMember(id=profile.document.id, sha256=profile.sha256),
        openedAt=isoformat(now),
        closed=None,
    )
    record = ReleaseRecord(path, form)
    _write(record)
    return record


def read_release(folder: Path, release: str | None) -> ReleaseRecord:
    """Return the record of ``release`` in ``folder``; None means the only one there. Raises ``UsageError``."""
    found = sorted(folder.glob(f"*{SUFFIX}")) if release is None else [folder / f"{slug(release)}{SUFFIX}"]
    if len(found) != 1 or not found[0].is_file():
        there = ", ".join(one.name.removesuffix(SUFFIX) for one in sorted(folder.glob(f"*{SUFFIX}"))) or "none"
        raise UsageError(
            f"{folder}: which release is meant is not clear; there is: {there}",
            remedy="name one with --release, or open it with `auditor release open`",
        )
    path = found[0]
    try:
        form = RecordForm.model_validate(strict_json(path.read_bytes(), max_bytes=MAX_BYTES))
    except (OSError, StrictJSONError, ValidationError) as error:
        raise UsageError(f"{path}: no record of a release ({error})", remedy="restore it, or open it again") from error
    return ReleaseRecord(path, form)


def latest_run(record: ReleaseRecord, relying: Reliance, *, replay: bool) -> tuple[Path, Verification]:
    """Return the bundle of the release's latest run, verified. Raises ``UsageError``, ``VerificationError``."""
    folder = record.path.parent
    runs = list(runs_of(folder, record.scope))
    if not runs:
        raise UsageError(
            f"{folder}: no run of release {record.scope.release} yet",
            remedy=f"make one: auditor evaluate --profile {record.form.profile.id} --output {folder}",
        )
    path, predicate, _ = max(runs, key=lambda one: (_instant(one[1].asOf), _instant(one[1].timeCreated), one[0].name))
    if predicate.profile.id != record.form.profile.id:
        raise UsageError(
            f"{path}: decided profile {predicate.profile.id!r}, the release was opened for {record.form.profile.id!r}",
            remedy=f"evaluate with --profile {record.form.profile.id}",
        )
    verified = verify_relying(path, relying, replay=replay)
    _refuse_missing(folder, record.scope, relying, {statement for _, _, statement in runs})
    return path, verified


def _refuse_missing(folder: Path, scope: Scope, relying: Reliance, held: set[str]) -> None:
    """Refuse a folder that lacks a run which the ledger holds: else an older run would be taken for the latest."""
    if not isinstance(relying, TrustPolicyReliance) or relying.ledger is None:
        return
    history = release_history(relying.ledger.verified.leaves, scope)
    filed = {one.closed.leaf.statement for one in history.in_state("run") if one.closed}
    missing = sorted(filed - held)
    if missing:
        raise UsageError(
            f"{folder}: {len(missing)} runs of release {scope.release} that the ledger holds are not here, first "
            f"{missing[0][:16]}",
            remedy="bring every bundle of the release into the folder, whole (`auditor archive restore`)",
        )


def runs_of(folder: Path, scope: Scope) -> Iterator[tuple[Path, RunPredicate, str]]:
    """Yield the bundles in ``folder`` that say they are of the release of ``scope``, and the digest of their statement.

    Nothing of it is verified.
    """
    asked = (scope.system, scope.environment, scope.release)
    for bundle in sorted(folder.glob("*/")):
        path = bundle / layout.ATTESTATION
        try:
            payload, _ = unverified_payload(path.read_bytes(), str(path))
            _, predicate = read_run_statement(strict_json(payload, max_bytes=layout.MAX_TAG_BYTES))
        except (OSError, StrictJSONError, VerificationError):
            continue  # whatever it is, it does not say that it is a run of this release; `auditor verify` says why
        if (predicate.scope.system, predicate.scope.environment, predicate.scope.release) == asked:
            yield bundle, predicate, sha256_hex(payload)


def signed_lines(verified: Verification, relying: Reliance) -> tuple[LineVerdict, ...]:
    """Return the lines that signatures over a verified run decide; without a ledger nobody knows of any."""
    if not isinstance(relying, TrustPolicyReliance) or relying.ledger is None:
        return decide_signed(verified.bundle.document, ())
    rows = sign_offs_over(verified.bundle, relying.trust, relying.ledger.view)
    return decide_signed(verified.bundle.document, rows)


def close_release(record: ReleaseRecord, relying: TrustPolicyReliance, now: datetime) -> ClosedRelease:
    """Close the release over its latest run, which is verified, decided again and signed.

    Raises:
        UsageError: it is closed already, has no run, or a signature over the run is missing.
        VerificationError: the run is refused.
        EngineError: the record cannot be written.
    """
    if record.form.closed is not None:
        raise UsageError(f"{record.path}: the release was closed at {record.form.closed.at}")
    run, verified = latest_run(record, relying, replay=True)
    signed = signed_lines(verified, relying)
    missing = [one for one in signed if one.verdict is not Verdict.PASS]
    if missing or not signed:
        said = ", ".join(f"{one.line} ({one.title}): {one.reason}" for one in missing) or "the profile asks for none"
        raise UsageError(
            f"{run}: the release cannot be closed without the final sign-off over this very run; {said}",
            remedy="have it signed (`auditor sign-off request`, then `sign`) and filed (`auditor ledger file`)",
        )
    status = next((one for one in verified.bundle.document["gates"] if one["kind"] == "status"), None)
    closed = ClosedMember(
        at=isoformat(now),
        bundle=run.name,
        statement=verified.bundle.statement,
        status=status["decision"] if status else None,
        rule=status["rule"] if status else None,
    )
    done = ReleaseRecord(record.path, record.form.model_copy(update={"closed": closed}))
    _write(done)
    return ClosedRelease(done, run, verified, signed)


def slug(release: str) -> str:
    """Return a release's name as that of a file."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", release).strip(".-") or "release"


def _write(record: ReleaseRecord) -> None:
    content = (json.dumps(record.form.model_dump(mode="json"), indent=2) + "\n").encode()
    try:
        record.path.parent.mkdir(parents=True, exist_ok=True)
        put(record.path, content, record.path.with_name(f".{record.path.name}.new"))
        sync_folder(record.path.parent)
    except OSError as error:
        raise EngineError(
            f"{record.path}: cannot be written ({error.strerror})", remedy="give another folder"
        ) from error


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
