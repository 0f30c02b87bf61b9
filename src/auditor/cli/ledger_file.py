"""``auditor ledger file``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.key_options import PASSPHRASE_FD, secret_from
from auditor.cli.relying_options import LEDGER_KEY, TrustChoice, read_file, trust_options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("file")
@click.argument("statements", nargs=-1, required=True, type=click.Path(path_type=Path))
@trust_options
@LEDGER_KEY
@PASSPHRASE_FD
def command(statements: Sequence[Path], relying: TrustChoice, ledger_key: str | None, passphrase_fd: int | None) -> int:
    """File what people signed in the ledger, from where no run can leave it out.

    Each statement is checked under the trust policy first; one that the policy does not accept is not filed.
    """
    from auditor.adapters.signing.signers import open_signer  # noqa: PLC0415 - lazy
    from auditor.shell.filing import file_person  # noqa: PLC0415 - lazy

    trust = relying.open()
    if trust is None or relying.ledger is None or ledger_key is None:
        raise UsageError(
            "to file a statement takes --trust, --trust-owner, --ledger and --ledger-key",
            remedy="give the trust policy that says who may sign, and the ledger with its private key",
        )
    signer = open_signer(ledger_key, secret_from(passphrase_fd))
    contents = [(path, read_file(path, "STATEMENT")) for path in statements]
    for path, content in contents:
        done = file_person(relying.ledger, content, trust, signer, str(path))
        click.echo(f"{path}: leaf {done.sequence}{'' if done.new else ', filed before'}")
    return 0
