"""``auditor ledger init|show|file|verify|prove|abandon|stamp|witness|cosign``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import ledger_file
from auditor.cli.key_options import key_options
from auditor.cli.ledger_options import (
    ANCHOR,
    LEDGER,
    ORIGIN,
    PUBLIC_KEY,
    WITNESS_THRESHOLD,
    WITNESSES,
    NamedKey,
    ledger_signer,
)
from auditor.cli.options import narrate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.cli.key_options import SigningKey
    from auditor.core.leaves import Leaf


@click.group("ledger")
def command() -> None:
    """Keep a ledger of every run and statement, check it, and prove what is in it."""


command.add_command(ledger_file.command)


@command.command("init")
@LEDGER
@ORIGIN
@ledger_signer
def init(ledger: Path, origin: str, ledger_key: SigningKey) -> int:
    """Make an empty ledger in the new folder LEDGER, one for each environment."""
    from auditor.adapters.ledger.directory import init_ledger  # noqa: PLC0415 - lazy
    from auditor.adapters.ledger.note_keys import key_of  # noqa: PLC0415 - lazy

    signer = ledger_key.open()
    init_ledger(ledger, origin, signer)
    narrate("put its origin and public key where those who verify find them: the trust policy")
    click.echo(f"ledger:       {ledger}")
    click.echo(f"origin:       {origin}")
    click.echo(f"verifier key: {key_of(origin, signer).text}")
    return 0


@command.command("show")
@LEDGER
@click.option("--release", help="Show the leaves of this release only.")
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
def show(ledger: Path, release: str | None, *, as_json: bool) -> int:
    """List the leaves of LEDGER, and how each run ended. Nothing is verified: `auditor ledger verify` does that."""
    from auditor.adapters.ledger.reader import read_ledger  # noqa: PLC0415 - lazy
    from auditor.core.release_history import check_history  # noqa: PLC0415 - lazy

    view = read_ledger(ledger)
    closed_by = check_history(view.leaves)
    shown = [(number, leaf) for number, leaf in enumerate(view.leaves) if release in (None, leaf.release)]
    if as_json:
        leaves = [
            {"sequence": number, **leaf.model_dump(mode="json"), "closedBy": closed_by.get(number)}
            for number, leaf in shown
        ]
        document = {"origin": view.origin, "size": len(view.leaves), "pending": view.pending, "leaves": leaves}
        click.echo(json.dumps(document, indent=2))
        return 0
    click.echo(f"{view.origin}: {len(view.leaves)} leaves, NOT VERIFIED")
    for number, leaf in shown:
        click.echo(f"{number:>6}  {_line(number, leaf, closed_by)}")
    if view.pending:
        click.echo(f"{view.pending} more being written, or left by a writer that was killed")
    return 0


@command.command("verify")
@click.argument("ledger", type=click.Path(path_type=Path, file_okay=False), required=False)
@ORIGIN
@PUBLIC_KEY
@ANCHOR
@WITNESSES
@WITNESS_THRESHOLD
@click.option(
    "--tsa-root",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Root certificate (PEM) of a time-stamp authority that you trust: check the checkpoints' timestamps too.",
)
@click.option(
    "--proof", type=click.Path(path_type=Path), help="Check this proof, as `auditor ledger prove` gives it, instead."
)
def verify(
    ledger: Path | None,
    origin: str,
    ledger_key: Path,
    anchor: Path | None,
    witness: tuple[tuple[str, Path], ...],
    witnesses: int,
    tsa_root: tuple[Path, ...],
    proof: Path | None,
) -> int:
    """Check LEDGER: every leaf, statement and checkpoint in it; or, without it, a proof that was made from it.

    Exit code: 0 it holds, 4 refused, with the name of the refusal.
    """
    from auditor.model import isoformat  # noqa: PLC0415 - lazy
    from auditor.shell.ledger import check_ledger, ledger_times, read_trust  # noqa: PLC0415 - lazy
    from auditor.shell.ledger_proof import verify_proof  # noqa: PLC0415 - lazy

    if (ledger is None) == (proof is None):
        raise click.UsageError("give either LEDGER or --proof")
    if proof is not None and tsa_root:
        raise click.UsageError("--tsa-root: a proof carries no timestamp; give LEDGER")
    trust = read_trust(origin, ledger_key, dict(witness), witnesses)
    if proof is not None:
        told = verify_proof(proof, trust, anchor)
        click.echo(f"PROVED     leaf {told.index}: {_line(told.index, told.leaf, None)}")
        _say_checkpoint(origin, told.checkpoint.size, told.cosigned, told.anchored)
        return 0
    assert ledger is not None  # noqa: S101 - said above
    done = check_ledger(ledger, trust, anchor)
    click.echo(f"VERIFIED   {ledger}")
    _say_checkpoint(origin, done.checkpoint.size, done.cosigned, done.anchored)
    for size, time in ledger_times(ledger, trust, tsa_root).items() if tsa_root else ():
        click.echo(f"time       {size} leaves were there at {isoformat(time)}")
    if done.pending:
        click.echo(f"note       {done.pending} leaf is being written, or was left by a writer that was killed")
    click.echo("note       who may sign which statement is the trust policy's to say, and was not asked")
    return 0


@command.command("prove")
@LEDGER
@click.argument("statement")
@ORIGIN
@PUBLIC_KEY
@ANCHOR
@click.option("--output", type=click.Path(path_type=Path), help="File of the proof; default: standard output.")
def prove(ledger: Path, statement: str, origin: str, ledger_key: Path, anchor: Path | None, output: Path | None) -> int:
    """Prove that STATEMENT (a bundle, a signed statement's file or its digest) is in LEDGER, as a C2SP tlog-proof."""
    from auditor.cli.outputs import write_whole  # noqa: PLC0415 - lazy
    from auditor.shell.ledger import read_trust  # noqa: PLC0415 - lazy
    from auditor.shell.ledger_proof import prove_statement, statement_digest  # noqa: PLC0415 - lazy

    trust = read_trust(origin, ledger_key, {}, 0)
    content = prove_statement(ledger, statement_digest(statement, Path(statement)), trust, anchor)
    write_whole(output, content, "--output")
    return 0


@command.command("abandon")
@LEDGER
@click.argument("sequence", type=click.IntRange(min=0))
@click.option("--reason", required=True, help="Why the run gives no verdict, in a sentence.")
@key_options
@ledger_signer
def abandon(ledger: Path, sequence: int, reason: str, key: SigningKey, ledger_key: SigningKey) -> int:
    """File in LEDGER that the run which leaf SEQUENCE began gives no verdict: killed, lost, or begun by mistake."""
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.ledger import abandon as state  # noqa: PLC0415 - lazy

    done = state(ledger, sequence, reason, key.open(), ledger_key.open(), utc_now())
    click.echo(f"leaf {done.sequence} closes leaf {sequence}: abandoned")
    return 0


@command.command("stamp")
@LEDGER
@ORIGIN
@PUBLIC_KEY
@click.option("--tsa", required=True, help="Address of an RFC 3161 time-stamp authority, http or https.")
def stamp(ledger: Path, origin: str, ledger_key: Path, tsa: str) -> int:
    """Put a timestamp beside the latest checkpoint of LEDGER: what it covers was there by then."""
    from auditor.adapters.ledger.directory import LedgerDirectory  # noqa: PLC0415 - lazy
    from auditor.adapters.signing.tsa_client import http_timestamper  # noqa: PLC0415 - lazy
    from auditor.shell.ledger import read_trust  # noqa: PLC0415 - lazy

    trust = read_trust(origin, ledger_key, {}, 0)
    size = LedgerDirectory(ledger).stamp(trust.key, http_timestamper(tsa))
    click.echo(f"checkpoint of {size} leaves: timestamped")
    return 0


@command.command("witness")
@LEDGER
@ORIGIN
@PUBLIC_KEY
@click.option("--name", required=True, help="Name of the witness, as in witness.example/a.")
@key_options
@click.option(
    "--seen",
    type=click.Path(path_type=Path),
    required=True,
    help="The witness's own file: the last checkpoint that it cosigned, out of the ledger's reach.",
)
@click.option("--first", is_flag=True, help="This ledger was never witnessed: begin the file.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="File of the cosigned checkpoint; default: standard output."
)
def witness(
    ledger: Path,
    origin: str,
    ledger_key: Path,
    name: str,
    key: SigningKey,
    seen: Path,
    output: Path | None,
    *,
    first: bool,
) -> int:
    """Cosign the latest checkpoint of LEDGER, if it extends all that this witness saw of it before."""
    from auditor.cli.outputs import write_whole  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.ledger import read_trust  # noqa: PLC0415 - lazy
    from auditor.shell.witness import witness as cosign_latest  # noqa: PLC0415 - lazy

    trust = read_trust(origin, ledger_key, {}, 0)
    content = cosign_latest(ledger, trust.key, seen, name, key.open(), utc_now(), first=first)
    write_whole(output, content, "--output")
    return 0


@command.command("cosign")
@LEDGER
@click.argument("note", type=click.Path(path_type=Path, dir_okay=False))
@ORIGIN
@PUBLIC_KEY
@click.option("--witness", type=NamedKey(), required=True, help="Whose cosignature, and its public key (PEM).")
def cosign(ledger: Path, note: Path, origin: str, ledger_key: Path, witness: tuple[str, Path]) -> int:
    """Take the cosignature in NOTE, which a witness made, into LEDGER."""
    from auditor.shell.ledger import read_trust  # noqa: PLC0415 - lazy
    from auditor.shell.witness import take_cosignature  # noqa: PLC0415 - lazy

    trust = read_trust(origin, ledger_key, dict([witness]), 0)
    size = take_cosignature(ledger, trust.key, trust.witnesses[0], note)
    click.echo(f"checkpoint of {size} leaves: cosigned by {witness[0]}")
    return 0


def _line(number: int, leaf: Leaf, closed_by: Mapping[int, int] | None) -> str:
    ended = ""
    if leaf.closes is not None:
        ended = f"  closes {leaf.closes}"
    elif leaf.kind == "run-started" and closed_by is not None:
        ended = f"  closed by {closed_by[number]}" if number in closed_by else "  OPEN"
    scope = f"{leaf.system}/{leaf.environment} {leaf.release}"
    return f"{leaf.kind:<12} {scope}  statement {leaf.statement[:16]} key {leaf.keyId[:16]}{ended}"


def _say_checkpoint(origin: str, size: int, cosigned: Mapping[str, int], anchored: int | None) -> None:
    click.echo(f"checkpoint {size} leaves of {origin}")
    for name, seconds in sorted(cosigned.items()):
        click.echo(f"witness    {name}, {datetime.fromtimestamp(seconds, UTC).isoformat()}")
    if anchored is None and not cosigned:
        click.echo("note       no anchor and no witness: leaves cut from its end, or a second history, would not show")
    elif anchored is not None:
        click.echo(f"anchor     extends the checkpoint of {anchored} leaves")
