"""Reads a trust policy: a sigstore bundle v0.3 whose statement an owner signed, checked with that owner's key.

Rules kept here: the owner's key comes from outside and is pinned; earlier versions, where they are given, are walked
from the first that the pinned key signed, each signed by an owner of the one before it and naming its digest, so that
an owner who was replaced signs nothing more; no version is used unless it keeps every rule. It does not ask which
version was seen before: that is remembered by ``auditor.shell.trust``.
Source of the walk: The Update Framework 1.0.33, section 5.3 (updating the root role).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from auditor.adapters.signing.envelope import open_envelope, signer_of
from auditor.adapters.signing.keys import load_public_key
from auditor.adapters.trust.material import certificate_problems, key_problems
from auditor.core.authority import known_key
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.statement import read_statement
from auditor.core.trust import TRUST_PREDICATE, TrustPolicy, instant, trust_subject, within
from auditor.core.trust_rules import succession_problems, trust_problems
from auditor.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from auditor.adapters.signing.sslib import Key, SSlibKey

MAX_BYTES = 8 << 20
CORRECT = "get the trust policy again from its owner"


@dataclass(frozen=True, slots=True)
class LoadedTrust:
    """A trust policy that was checked.

    ``digest`` is that of its statement, ``digests`` those known of it and of versions before it, by version;
    ``signed_by`` is the id of the key that signed it.
    """

    policy: TrustPolicy
    digest: str
    digests: Mapping[int, str]
    keys: Mapping[str, SSlibKey]
    signed_by: str

    def key(self, key_id: str) -> SSlibKey:
        """Return the public key ``key_id``. Raises ``VerificationError`` (``key-unknown``)."""
        known_key(self.policy, key_id)
        return self.keys[key_id]


def read_trust(path: Path, owner: bytes, *, earlier: Sequence[Path] = ()) -> LoadedTrust:
    """Return the trust policy in ``path``, signed by the key with PEM ``owner`` or by whom it handed ownership on to.

    ``earlier`` are files of the versions before, oldest first; those before the first that ``owner`` signed are passed
    over.

    Raises:
        UsageError: a file cannot be read, or ``owner`` is no public key.
        VerificationError: the policy is refused.
    """
    pinned = load_public_key(owner, "the trust policy's owner")
    contents = [(str(one), _content(one)) for one in (*earlier, path)]
    while len(contents) > 1 and signer_of(contents[0][1], contents[0][0]) != pinned.keyid:
        contents.pop(0)
    name, content = contents.pop(0)
    trust = open_trust(content, pinned, name)
    for name, content in contents:
        trust = _next(trust, content, name)
    return trust


def open_trust(content: bytes, owner: Key, where: str) -> LoadedTrust:
    """Return the policy that an envelope holds, once its signature by ``owner`` verifies and it keeps every rule.

    Raises ``VerificationError``; ``trust-malformed`` lists every problem.
    """
    payload = open_envelope(content, owner, where).payload
    try:
        document = strict_json(payload, max_bytes=MAX_BYTES)
    except StrictJSONError as error:
        raise VerificationError("statement-malformed", f"{where}: the statement {error}") from error
    statement = read_statement(document, {TRUST_PREDICATE: TrustPolicy})
    policy = cast("TrustPolicy", statement.predicate)
    if statement.subjects != [trust_subject(policy, policy.id)]:
        raise VerificationError("subject-mismatch", f"{where}: its subject is not its own predicate")
    problems = all_problems(policy)
    if problems:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        raise VerificationError("trust-malformed", f"{where}: the trust policy is refused{listed}", remedy=CORRECT)
    keys = {key.keyId: load_public_key(key.pem.encode(), where) for key in policy.keys}
    digest = sha256_hex(payload)
    digests = {policy.version: digest}
    if policy.previous is not None:
        digests[policy.version - 1] = policy.previous
    return LoadedTrust(policy, digest, digests, keys, owner.keyid)


def all_problems(policy: TrustPolicy) -> list[str]:
    """Return every problem of a policy: of its rules, its keys and its certificates."""
    return [*trust_problems(policy), *key_problems(policy), *certificate_problems(policy)]


def check_succession(before: LoadedTrust, after: LoadedTrust, where: str) -> None:
    """Refuse a version that does not follow from the one before, as ``trust-succession``."""
    problems = succession_problems(before.policy, before.digest, after.policy)
    problems += _signer_problems(before.policy, after.signed_by, after.policy.validFrom)
    if problems:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        raise VerificationError(
            "trust-succession",
            f"{where}: does not follow from version {before.policy.version} of {before.policy.id!r}{listed}",
            remedy=CORRECT,
        )


def _next(before: LoadedTrust, content: bytes, where: str) -> LoadedTrust:
    signer = signer_of(content, where)
    problems = _signer_problems(before.policy, signer, None)
    if problems:
        raise VerificationError("trust-succession", f"{where}: {problems[0]}", remedy=CORRECT)
    after = open_trust(content, before.key(signer), where)
    check_succession(before, after, where)
    return replace(after, digests={**before.digests, **after.digests})


def _signer_problems(before: TrustPolicy, signer: str, valid_from: str | None) -> list[str]:
    """Return why ``signer`` may not sign what follows ``before``; an owner that it revokes at any time may not."""
    if signer not in before.owners:
        return [f"signed by key {signer[:16]}, which is no owner of version {before.version}"]
    key = known_key(before, signer)
    if key.revokedAt is not None:
        return [f"signed by key {signer[:16]}, which version {before.version} revokes"]
    if valid_from is not None and not within(key.notBefore, key.notAfter, instant(valid_from)):
        return [f"signed by key {signer[:16]} for {valid_from}, outside its validity"]
    return []


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path}: the trust policy cannot be read ({error.strerror})", remedy="make one with `auditor trust init`"
        ) from error
    if len(content) > MAX_BYTES:
        raise VerificationError("limit-exceeded", f"{path}: over {MAX_BYTES} bytes, more than a trust policy may have")
    return content
