"""Signs that a bundle was verified, as an in-toto Simple Verification Result, with the key of whoever verified it.

Rules kept here: it is made of a verification that succeeded and of nothing else; who sealed the run cannot be the one
who says that it was verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor import __version__
from auditor.adapters.signing.envelope import sign
from auditor.core.canonical import strict_json
from auditor.core.verification_result import Proven, svr_statement
from auditor.errors import UsageError
from auditor.model import isoformat
from auditor.shell.reliance import TrustPolicyReliance

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Timestamper
    from auditor.shell.reliance import Reliance
    from auditor.shell.verify import Verification

MAX_STATEMENT = 64 << 20


def verification_result(
    done: Verification, relying: Reliance, signer: Signer, now: datetime, timestamper: Timestamper | None = None
) -> bytes:
    """Return the envelope (sigstore bundle v0.3) of the result of ``done``, which was verified against ``relying``.

    Raises:
        UsageError: the key is the one that sealed the run.
        EngineError: the signer or the timestamper does not work.
    """
    if signer.public_key.keyid == done.key_id:
        raise UsageError(
            f"--svr-key: key {done.key_id[:16]} sealed the run, and nobody vouches for having verified their own",
            remedy="give the key of whoever verifies",
        )
    policy = relying if isinstance(relying, TrustPolicyReliance) else None
    standing = None if policy is None else policy.standing
    ledger = None if policy is None else policy.ledger
    run = done.bundle.predicate
    proven = Proven(
        replayed=done.replayed,
        recompiled=done.recompiled is not None,
        authorised=standing is not None,
        ledger=ledger is not None,
        anchored=ledger is not None and ledger.verified.anchored is not None,
        approved=() if standing is None else tuple(x.gate for x in run.gates if x.gate not in standing.unapproved),
    )
    subjects = strict_json(done.bundle.opened.payload, max_bytes=MAX_STATEMENT)["subject"]
    return sign(svr_statement(subjects, run, proven, __version__, isoformat(now)), signer, timestamper)
