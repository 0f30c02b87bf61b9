"""What the commands share by which a person signs: the bundle it is about, their key, role and clock, and the file.

Rules kept here: the bundle is verified under the trust policy before anything is signed about it; the statement is
written whole, and named; with the ledger's key at hand it is filed at once, else `auditor ledger file` does that.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.key_options import SigningKey, TsaChoice, key_options, tsa_options
from auditor.cli.options import narrate
from auditor.cli.relying_options import LEDGER_KEY, TrustChoice, trust_options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.shell.other_runs import OtherRun
    from auditor.shell.people import Author
    from auditor.shell.verify import Verification

BUNDLE = click.argument("bundle", type=click.Path(path_type=Path))
ROLE = click.option("--role", required=True, metavar="NAME", help="Role in which you speak, as in the trust policy.")
LINE = click.option(
    "--line", required=True, metavar="NAME", help="Line, gate or checklist number; or run, for the whole run."
)
CONTROL = click.option("--control", required=True, metavar="ID", help="Control of the finding, as in slo.error_rate.")
RESOURCE = click.option("--resource", required=True, metavar="NAME", help="Resource of the finding, exactly.")
REASON = click.option("--reason", required=True, help="Why, for whoever reads it in ten years.")
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="File that the statement goes to."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a person signs with: options, and what they give once they are opened."""

    role: str
    key: SigningKey
    tsa: TsaChoice
    relying: TrustChoice
    ledger_key: str | None
    output: Path

    def verified(self, bundle: Path) -> tuple[LoadedTrust, Verification, tuple[OtherRun, ...]]:
        """Return what ``verify_under`` does."""
        return verify_under(bundle, self.relying)

    def author(self, trust: LoadedTrust, verified: Verification) -> Author:
        """Return who signs. Raises ``UsageError``, ``EngineError``."""
        from auditor.adapters.trust.opening import authorities  # noqa: PLC0415 - lazy
        from auditor.shell.people import Author  # noqa: PLC0415 - lazy

        timestamper = self.tsa.open(authorities(trust, verified.bundle.predicate.scope.environment))
        if timestamper is None:
            raise UsageError(
                "a statement needs --tsa: it counts from the time that a time-stamp authority saw it",
                remedy="give the URL of a time-stamp authority that the trust policy names",
            )
        return Author(trust, self.key.open(), timestamper, self.role)

    def write(self, envelope: bytes, trust: LoadedTrust) -> int:
        """Write the statement, and file it where the ledger's key is at hand, checked as ``ledger file`` does.

        Raises ``UsageError``, ``VerificationError``.
        """
        from auditor.adapters.signing.envelope import payload_digest  # noqa: PLC0415 - lazy
        from auditor.cli.outputs import write_new  # noqa: PLC0415 - lazy

        write_new(self.output, envelope)
        click.echo(f"statement: {payload_digest(envelope, str(self.output))}")
        click.echo(f"file:      {self.output}")
        if self.relying.ledger is None or self.ledger_key is None:
            narrate(f"it counts once it is filed: auditor ledger file {self.output} --ledger LEDGER --ledger-key KEY")
            return 0
        from auditor.adapters.signing.signers import open_signer  # noqa: PLC0415 - lazy
        from auditor.shell.filing import file_person  # noqa: PLC0415 - lazy

        signer = open_signer(self.ledger_key, self.key.secret)
        done = file_person(self.relying.ledger, envelope, trust, signer, str(self.output))
        click.echo(f"leaf:      {done.sequence}")
        return 0


def verify_under(bundle: Path, relying: TrustChoice) -> tuple[LoadedTrust, Verification, tuple[OtherRun, ...]]:
    """Return the trust policy, the bundle verified under it and the ledger (not decided again), and the other runs.

    The other runs of the release are those that a person must know of; without a ledger nobody knows any.

    Raises ``UsageError``, ``VerificationError``.
    """
    from auditor.shell.other_runs import other_runs  # noqa: PLC0415 - lazy
    from auditor.shell.reliance import TrustPolicyReliance  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify_relying  # noqa: PLC0415 - lazy

    trust = relying.open()
    if trust is None:
        raise UsageError(
            "--trust is missing: only a trust policy says who may speak for whom",
            remedy="give it with --trust and --trust-owner",
        )
    reliance = TrustPolicyReliance(trust, partial(relying.open_ledger, trust))
    verified = verify_relying(bundle, reliance, replay=False)
    return trust, verified, () if reliance.ledger is None else other_runs(verified.bundle, trust, reliance.ledger)


def desk_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add what a person signs with; ``command`` gets it as ``desk``."""

    @functools.wraps(command)
    def with_desk(
        *arguments: Any,
        role: str,
        key: SigningKey,
        tsa: TsaChoice,
        relying: TrustChoice,
        ledger_key: str | None,
        output: Path,
        **others: Any,
    ) -> int:
        return command(*arguments, desk=Desk(role, key, tsa, relying, ledger_key, output), **others)

    return ROLE(key_options(tsa_options(trust_options(LEDGER_KEY(OUTPUT(with_desk))))))
