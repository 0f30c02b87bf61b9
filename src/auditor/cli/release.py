"""``auditor release open|status|close``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import complete
from auditor.cli.options import narrate
from auditor.cli.relying_options import PUBLIC_KEY, SignerChoice, TrustChoice, trust_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor.core.release_status import OwedSignature, ReleaseStatus
    from auditor.model import LineVerdict
    from auditor.shell.release import ReleaseRecord

FOLDER = click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("bundles"),
    show_default=True,
    help="Folder of the release's bundles.",
)
RELEASE = click.option("--release", help="Which release; not needed where the folder holds one.")
SHOWN = 12


@click.group("release")
def command() -> None:
    """Follow a release over its days: open it, see what it waits for, close it."""


@command.command("open")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("auditor.toml"),
    show_default=True,
    help="Its scope names the release, and its sources have to be those that the profile reads.",
)
@click.option(
    "--profile",
    default="production-deployment",
    show_default=True,
    shell_complete=complete.profiles,
    help="The profile that decides the release.",
)
@click.option("--policies", type=click.Path(path_type=Path), help="Policy pack; default: the shipped one.")
@FOLDER
def open_(config: Path, profile: str, policies: Path | None, output: Path) -> int:
    """Open the release that an auditor.toml names, before its first run."""
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.profile import load_profile  # noqa: PLC0415 - lazy
    from auditor.config import load_config  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.release import open_release  # noqa: PLC0415 - lazy
    from auditor.shipped import policies_dir  # noqa: PLC0415 - lazy

    bound = load_profile(load_pack(policies or policies_dir()), profile)
    record = open_release(load_config(config), bound, output, utc_now())
    click.echo(f"opened: {record.scope.release}, decided by {profile}")
    click.echo(f"record: {record.path}")
    for gate in bound.document.gates:
        after = f", from {gate.settle_seconds} s after {gate.after}" if gate.after else ""
        click.echo(f"gate:   {gate.id}  {gate.title}{after}")
    narrate(f"next:   auditor evaluate --config {config} --profile {profile} --output {output}")
    return 0


@command.command("status")
@RELEASE
@FOLDER
@PUBLIC_KEY
@trust_options
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
def status(release: str | None, output: Path, key: Path | None, relying: TrustChoice, *, as_json: bool) -> int:
    """Show what a release waits for, by its latest run, whose signature is verified.

    What blocks its next gate, who owes which signature, what is not known yet and until when, which command comes next.
    """
    from auditor.core.release_status import release_status  # noqa: PLC0415 - lazy
    from auditor.core.summary import summarise  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.release import latest_run, read_release, signed_lines  # noqa: PLC0415 - lazy

    record = read_release(output, release)
    brought = SignerChoice(key, relying).reliance()
    run, verified = latest_run(record, brought, replay=False)
    document = verified.bundle.document
    found = release_status(document, summarise(document, verified.words).lines)
    signed = signed_lines(verified, brought)
    if as_json:
        lines = [{"line": one.line, "verdict": one.verdict.value, "reason": one.reason} for one in signed]
        click.echo(json.dumps(asdict(found) | {"run": str(run), "signedOverRun": lines}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_page(record, run, found, signed, utc_now())))
    return 0


@command.command("close")
@RELEASE
@FOLDER
@trust_options
def close(release: str | None, output: Path, relying: TrustChoice) -> int:
    """Close a release over its latest run, decided again and signed. Exit code: that of the release's status."""
    from auditor.cli.exit_codes import ExitCode  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.release import close_release, read_release  # noqa: PLC0415 - lazy
    from auditor.shell.reliance import TrustPolicyReliance  # noqa: PLC0415 - lazy

    record = read_release(output, release)
    brought = SignerChoice(None, relying).reliance() if relying.trust else None
    if not isinstance(brought, TrustPolicyReliance) or relying.ledger is None:
        raise UsageError(
            "a release is closed under a trust policy and its ledger, which say who signed it",
            remedy="give --trust, --trust-owner and --ledger",
        )
    done = close_release(record, brought, utc_now())
    closed = done.record.form.closed
    for one in done.signed:
        click.echo(f"signed: {one.line}  {one.title}")
    click.echo(f"run:    {done.run}")
    click.echo(f"status: {(closed.status or 'none').upper() if closed else 'none'} ({closed.rule if closed else ''})")
    narrate(f"next:   auditor archive push {done.run} ...")
    outcomes = {"successful": ExitCode.PASS, "failed": ExitCode.GATE_NOT_MET}
    return outcomes.get(closed.status or "" if closed else "", ExitCode.INCONCLUSIVE)


def _page(
    record: ReleaseRecord, run: Path, found: ReleaseStatus, signed: tuple[LineVerdict, ...], now: datetime
) -> Iterator[str]:
    state = "closed" if record.form.closed else "open"
    yield f"release {record.scope.release} of {record.scope.system}, {record.scope.environment}: {state}"
    yield f"latest run {run.name}, as of {found.as_of}"
    if found.status:
        yield f"status {found.status.upper()} ({found.rule})"
    yield "\ngates"
    yield from (f"  {decision.replace('_', '-').upper():<10} {gate}  {title}" for gate, title, decision in found.gates)
    if found.gate:
        yield f"\nwhat blocks {found.gate}"
        for one in found.blocking[:SHOWN]:
            number = f"{one.number:>4} " if one.number else "     "
            yield f"  {number}{one.verdict:<13} {one.title}"
            yield from (f"         {why}" for why in one.why[:2])
        yield from _left(len(found.blocking))
    yield "\nwho owes a signature"
    owed = sorted(found.owed, key=lambda one: (not one.is_open(now), one.is_over(now), one.opens or "z", one.role))
    for owing in owed[:SHOWN]:
        yield f"  {owing.role:<22} {owing.line}  {owing.title}  ({_when(owing, now)})"
    yield from _left(len(owed))
    yield from (f"  final: {one.line}  {one.title}: {one.verdict.value} ({one.reason})" for one in signed)
    yield "\nwhat is not known yet"
    pending = sorted(found.pending, key=lambda one: one.known_at or "z")
    for waiting in pending[:SHOWN]:
        yield f"  {waiting.known_at or 'when its phase is over'}  {waiting.number or waiting.line}  {waiting.title}"
    yield from _left(len(pending))
    if found.provisional:
        yield f"\nprovisional, to be confirmed by a later run: {', '.join(found.provisional)}"
    yield f"\nnext\n  {_next(record, run, found, owed, now)}"


def _left(count: int) -> Iterator[str]:
    if not count:
        yield "  nothing"
    elif count > SHOWN:
        yield f"  and {count - SHOWN} more (--json has all)"


def _when(one: OwedSignature, now: datetime) -> str:
    if one.is_over(now):
        return f"its time was over at {one.closes}"
    if one.is_open(now):
        return f"until {one.closes}" if one.closes else "now"
    return f"from {one.opens}" if one.opens else "not yet"


def _next(record: ReleaseRecord, run: Path, found: ReleaseStatus, owed: list[OwedSignature], now: datetime) -> str:
    """Return the command that comes next: a signature that may be given now, else another run when more is known."""
    if record.form.closed:
        return f"auditor archive push {run} ..."
    due = [one for one in owed if one.is_open(now)]
    if due:
        return f"auditor sign-off request {run} --line {due[0].line} --role {due[0].role} ..."
    again = f"auditor evaluate --profile {record.form.profile.id} --output {record.path.parent} ..."
    known = found.known_next
    return f"{again}   (more is known at {known})" if known else again
