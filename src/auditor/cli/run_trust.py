"""How ``evaluate`` comes under a trust policy: what it needs is told before hours of collection, not after."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.signing.sslib import Signer
    from auditor.cli.key_options import SigningKey, TsaChoice
    from auditor.cli.relying_options import TrustChoice
    from auditor.model import Scope
    from auditor.shell.trusted_run import Closer, LedgerChoice, TrustedRun

    Begun = AbstractContextManager[tuple[TrustedRun | None, Closer]]


def begin(
    relying: TrustChoice,
    ledger_key: str | None,
    tsa: TsaChoice,
    signer: Signer,
    key: SigningKey,
    pack: Pack,
    profile: Profile,
    decided: Path,
    as_of: datetime | None,
    bundles: Path,
    previous: Sequence[Path],
) -> Begun:
    """Return the run under the trust policy that was named, or one that nobody governs. Begins when entered.

    ``decided`` is the configuration that is to be collected, or the snapshot that is to be decided. ``key`` gives the
    secret of the ledger's key too. Bundles of earlier runs lie in the folder ``bundles``, or are ``previous``.

    Raises:
        UsageError: options contradict each other, or one is missing.
        VerificationError: the trust policy is refused.
    """
    from auditor.shell.trusted_run import Closer, trusted_run  # noqa: PLC0415 - lazy

    trust = relying.open()
    if (relying.ledger is None) != (ledger_key is None):
        raise UsageError(
            "--ledger and --ledger-key go together: a run is filed in a ledger by whoever may sign its checkpoints"
        )
    if trust is None:
        if previous:
            raise UsageError(
                "--previous needs --trust: only a trust policy says who could seal an earlier run",
                remedy="give --trust and --trust-owner, or leave --previous out",
            )
        return nullcontext((None, Closer(None, None)))
    from auditor.adapters.trust.opening import authorities  # noqa: PLC0415 - lazy

    scope, digest, mappings = _decided(decided)
    timestamper = tsa.open(authorities(trust, scope.environment))
    if timestamper is None:
        raise UsageError(
            "--trust needs --tsa: without a time-stamp authority's clock nothing can be judged at its time",
            remedy="give the URL of a time-stamp authority that the trust policy names",
        )
    return trusted_run(
        trust,
        scope,
        signer,
        timestamper,
        _ledger(relying, ledger_key, key),
        pack=pack,
        profile=profile,
        configuration_digest=digest,
        mappings=mappings,
        as_of=as_of,
        bundles=bundles,
        previous=previous,
    )


def _ledger(relying: TrustChoice, ledger_key: str | None, key: SigningKey) -> LedgerChoice | None:
    from auditor.adapters.signing.signers import open_signer  # noqa: PLC0415 - lazy
    from auditor.shell.trusted_run import LedgerChoice  # noqa: PLC0415 - lazy

    if relying.ledger is None or ledger_key is None:
        return None
    return LedgerChoice(relying.ledger, open_signer(ledger_key, key.secret))


def _decided(decided: Path) -> tuple[Scope, str, bytes]:
    """Return scope, digest and mappings of a configuration, or of a snapshot."""
    from auditor.adapters.snapshot.reader import MANIFEST, MAPPINGS, open_snapshot  # noqa: PLC0415 - lazy
    from auditor.config import load_config, mappings  # noqa: PLC0415 - lazy
    from auditor.core.canonical import sha256_hex  # noqa: PLC0415 - lazy

    if decided.is_dir():
        scope = open_snapshot(decided).scope
        return scope, sha256_hex((decided / MANIFEST).read_bytes()), (decided / MAPPINGS).read_bytes()
    config = load_config(decided)
    return config.scope, sha256_hex(decided.read_bytes()), mappings(config)
