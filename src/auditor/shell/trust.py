"""Loads the trust policy that a command relies on: in force now, and no older than what was seen before.

Rules kept here: the owner's key is pinned from outside; where the versions before lie beside the file (``FILE.d``),
the hand-over from the pinned owner to the one who signed is followed; what was seen is remembered for each user, and a
fresh machine can be told the least version instead.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.signing.keys import load_public_key
from auditor.adapters.trust.memory import remember
from auditor.adapters.trust.reader import LoadedTrust, read_trust
from auditor.core.trust import instant
from auditor.errors import VerificationError
from auditor.model import isoformat

if TYPE_CHECKING:
    from datetime import datetime

STATE = "AUDITOR_STATE"


def load_trust(
    path: Path, owner: bytes, *, now: datetime, least_version: int = 1, state: Path | None = None
) -> LoadedTrust:
    """Return the trust policy in ``path``, signed by or on behalf of the key with PEM ``owner``.

    ``state`` is the folder of what was seen before, by default ``state_folder()``.

    Raises:
        UsageError: the file cannot be read, or ``owner`` is no public key.
        VerificationError: the policy is refused.
        EngineError: what was seen before cannot be read or kept.
    """
    trust = read_trust(path, owner, earlier=earlier_versions(path))
    policy = trust.policy
    if policy.version < least_version:
        raise VerificationError(
            "trust-rollback",
            f"{path}: version {policy.version}; at least version {least_version} is asked for",
            remedy="get the latest version from its owner",
        )
    if now < instant(policy.validFrom):
        raise VerificationError(
            "trust-not-in-force",
            f"{path}: valid from {policy.validFrom}, and it is {isoformat(now)}",
            remedy="use the version before it until then",
        )
    remember(state or state_folder(), trust, load_public_key(owner, "the trust policy's owner").keyid)
    return trust


def earlier_versions(path: Path) -> list[Path]:
    """Return the files of the versions before, oldest first, where they lie beside ``path`` in ``FILE.d``."""
    return sorted(path.with_name(path.name + ".d").glob("[0-9]*.sigstore.json"))


def state_folder() -> Path:
    """Return where this user's memory of trust policies is: $AUDITOR_STATE, else the XDG state folder."""
    given = os.environ.get(STATE)
    if given:
        return Path(given) / "trust"
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "auditor" / "trust"
