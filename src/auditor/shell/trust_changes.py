"""Writes a trust policy: each change is a version of its own, signed by an owner and read back before it counts.

Rules kept here: a draft that breaks a rule is not signed, and every rule that it breaks is told; the version before is
kept beside the file (``FILE.d``), each under its number; the file is replaced whole, and only if it still is what the
change was made to; a kill at any instant leaves the old version or the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.signing.envelope import sign, unverified_payload
from auditor.adapters.trust.enrolment import public_pem
from auditor.adapters.trust.files import replace_whole
from auditor.adapters.trust.material import scheme_of
from auditor.adapters.trust.memory import locked
from auditor.adapters.trust.reader import LoadedTrust, all_problems, check_succession, open_trust
from auditor.core.canonical import sha256_hex
from auditor.core.trust import TRUST_PREDICATE, KeyMember, MaximaMember, TrustPolicy, trust_statement
from auditor.core.trust_revision import Period, first_version, formed, next_version
from auditor.errors import EngineError, UsageError, VerificationError, raise_all
from auditor.shell.trust import history, load_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.signing.sslib import Key, Signer


def init_trust(
    path: Path, name: str, signer: Signer, person: str, maxima: MaximaMember, *, at: datetime, until: datetime
) -> LoadedTrust:
    """Write version 1 of the trust policy ``name``, owned by ``person`` with the key of ``signer``, valid to ``until``.

    Raises ``UsageError`` when something is there already or the policy would break a rule.
    """
    if path.exists() or path.is_symlink() or history(path).exists():
        raise UsageError(f"{path}: is there already", remedy="change it with `auditor trust add`, or name another file")
    owner = key_member(signer.public_key, person, [TRUST_PREDICATE], [], Period(at, until))
    _write(path, first_version(name, owner, maxima, at), signer, None)
    return load_trust(path, public_pem(signer.public_key).encode(), now=at)


def key_member(
    key: Key, person: str | None, predicates: Sequence[str], environments: Sequence[str], period: Period
) -> KeyMember:
    """Return a key as a policy holds it, with no role yet. Raises ``UsageError``."""
    return formed(
        KeyMember,
        f"key {key.keyid[:16]}",
        keyId=key.keyid,
        pem=public_pem(key),
        scheme=scheme_of(key),
        person=person,
        roles=[],
        predicates=list(predicates),
        environments=list(environments),
        **period.members,
        revokedAt=None,
        revokedBecause=None,
    )


def change_trust(
    path: Path,
    signer: Signer,
    change: Callable[[TrustPolicy, LoadedTrust], TrustPolicy],
    *,
    at: datetime,
    owner: bytes | None = None,
) -> LoadedTrust:
    """Write the next version of the policy in ``path``: what ``change`` makes of it, signed by ``signer``.

    ``owner`` is the PEM that is pinned to read the present version; by default it is the signer's own.

    Raises:
        UsageError: the change does not apply or would break a rule, or the file was changed meanwhile.
        VerificationError: the present version is refused, or the signer is no owner of it.
    """
    pinned = owner or public_pem(signer.public_key).encode()
    before = load_trust(path, pinned, now=at)
    draft = next_version(before.policy, before.digest, at)
    changed = change(draft, before)
    if changed == draft:
        raise UsageError(f"{path}: nothing would change", remedy="see what is there with `auditor trust show`")
    _write(path, changed, signer, before)
    return load_trust(path, pinned, now=at)


def _write(path: Path, draft: TrustPolicy, signer: Signer, before: LoadedTrust | None) -> None:
    policy = formed(TrustPolicy, f"trust policy {draft.id!r}", **draft.model_dump())
    raise_all(UsageError, f"{path}: the change is refused", all_problems(policy), remedy="nothing was written")
    content = sign(trust_statement(policy), signer)
    after = open_trust(content, signer.public_key, str(path))
    if before is not None:
        try:
            check_succession(before, after, str(path))
        except VerificationError as error:
            raise UsageError(error.message, remedy="nothing was written; sign with the key of an owner") from error
    folder = history(path)
    try:
        folder.mkdir(exist_ok=True)
        with locked(folder):
            _refuse_changed(path, before)
            replace_whole(folder / f"{policy.version:06d}.sigstore.json", content, 0o644)
            replace_whole(path, content, 0o644)
    except OSError as error:
        raise EngineError(f"{error.filename or path}: cannot be written ({error.strerror})") from error


def _refuse_changed(path: Path, before: LoadedTrust | None) -> None:
    """Refuse to replace another version than the one that was changed. Raises ``UsageError``."""
    if before is None:
        changed = path.exists()
    else:
        changed = sha256_hex(unverified_payload(path.read_bytes(), str(path))[0]) != before.digest
    if changed:
        raise UsageError(f"{path}: was changed by somebody else meanwhile", remedy="nothing was written; try again")
