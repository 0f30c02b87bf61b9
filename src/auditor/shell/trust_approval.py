"""What an owner approves for a gate: read from a bundle that was verified and decided again, or from a pack.

Rules kept here: digests are computed and never typed; of a bundle nothing is taken that verification did not check; the
controls that decide the gate become mandatory, so that a smaller profile is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.bundle import layout, manifest
from auditor.adapters.policies.pack import LOCK, compiled_triple, digests, load_pack, lock_opa, pack_files
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.signing.envelope import signer_of
from auditor.core.authority import signing_key
from auditor.core.canonical import sha256_hex
from auditor.core.decisions import gate_controls
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.trust import instant
from auditor.core.trust_approvals import Approved
from auditor.errors import UsageError, VerificationError
from auditor.shell.verify import decide_contained, verify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.shell.sandbox import Contained


def approved_by_bundle(
    path: Path, trust: LoadedTrust, environment: str, gate: str, sign_offs: Sequence[tuple[str, str]]
) -> Approved:
    """Return what decided ``gate`` in the bundle ``path``, verified and decided again with its key in ``trust``.

    Raises:
        UsageError: the bundle is of another environment or has no such gate.
        VerificationError: the bundle is refused, or its signer may not sign runs there.
    """
    name = path / layout.ATTESTATION
    try:
        signer = signer_of(name.read_bytes(), str(name))
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror})", remedy="name the folder of a bundle") from error
    trust.key(signer)

    def after_checks(bundle: CheckedBundle, timeout_s: float) -> Contained:
        _refuse_elsewhere(bundle, trust, environment, path)  # before the costly part, on what is signed
        _controls(bundle.document, gate, str(path))
        return decide_contained(bundle, timeout_s)

    pem = next(key.pem for key in trust.policy.keys if key.keyId == signer).encode()
    bundle = verify(path, pem, key_name=f"key {signer[:16]}", decide_again=after_checks).bundle
    stated = bundle.predicate
    controls = _controls(bundle.document, gate, str(path))
    files = _pack(bundle.files)
    opa = _recorded_opa(path, files)
    return Approved(stated.profile.id, stated.policyDigest, controls, compiled_triple(files, opa), sign_offs)


def _refuse_elsewhere(bundle: CheckedBundle, trust: LoadedTrust, environment: str, path: Path) -> None:
    """Refuse a bundle of another environment, or whose signer may not sign runs of this one."""
    stated = bundle.predicate
    at = instant(stated.timeCreated)
    signing_key(trust.policy, stated.producer.keyId, RUN_PREDICATE, at, environment=environment)
    if stated.scope.environment != environment:
        raise UsageError(f"{path}: is of environment {stated.scope.environment!r}, expected {environment!r}")


def approved_by_pack(
    root: Path, profile_name: str, gate: str, sign_offs: Sequence[tuple[str, str]], mappings: bytes
) -> Approved:
    """Return what a run with this pack, profile and mappings of sources will have decided ``gate`` with.

    Raises ``ControlError`` (the pack is stale), ``UsageError`` (the profile is refused, or has no such gate).
    """
    pack = load_pack(root)
    profile = load_profile(pack, profile_name)
    files = digests(root, (root / name for name in pack_files(root)))
    policy_digest = manifest.policy_digest_of(root, files, mappings)
    controls = _controls(_as_decided(profile), gate, f"profile {profile_name}")
    return Approved(profile_name, policy_digest, controls, compiled_triple(files, pack.opa), sign_offs)


def _controls(document: Mapping[str, object], gate: str, where: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(gate_controls(document, gate)))
    except KeyError as error:
        raise UsageError(f"{where}: has no gate {gate!r}", remedy="name one of its gates") from error


def _as_decided(profile: Profile) -> dict[str, object]:
    """Return of a profile what ``gate_controls`` reads of decisions."""
    document = profile.document
    lines = [
        {
            "line": one.id,
            "controls": [{"control": bound.control.id} for bound in profile.bound[one.id]],
            "members": one.members,
        }
        for one in document.lines
    ]
    return {"lines": lines, "gates": [{"gate": one.id, "lines": one.lines} for one in document.gates]}


def _pack(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of the pack in a bundle, relative to the pack."""
    prefix = f"{layout.POLICIES}/"
    return {name.removeprefix(prefix): digest for name, digest in files.items() if name.startswith(prefix)}


def _recorded_opa(path: Path, files: Mapping[str, str]) -> str:
    """Return the OPA that the lock in a bundle names, if the lock is the one that was verified."""
    content = (path / layout.POLICIES / LOCK).read_bytes()
    if sha256_hex(content) != files.get(LOCK):
        raise VerificationError("digest-mismatch", f"{path}: {LOCK} changed while it was read")
    return lock_opa(content, str(path / layout.POLICIES / LOCK))
