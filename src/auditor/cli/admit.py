"""``auditor admit``."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.exit_codes import ExitCode
from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, narrate, progress_bar
from auditor.cli.relying_options import TrustChoice, trust_options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.shell.admit import Admission

DAY = 86_400.0


@click.command("admit")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--release", required=True, help="The release that asks to ship.")
@click.option("--environment", required=True, metavar="NAME", help="Where it is to ship.")
@click.option("--gate", required=True, metavar="NAME", help="The gate that it has to pass.")
@trust_options
@click.option(
    "--checkpoint-max-age",
    type=click.FloatRange(min=0, min_open=True),
    default=DAY,
    show_default=True,
    metavar="SECONDS",
    help="How old the ledger's latest checkpoint may be, by a time-stamp authority or a witness.",
)
@click.option("--accept-waivers", is_flag=True, help="Let a gate pass whose every fail is waived.")
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    bundle: Path,
    release: str,
    environment: str,
    gate: str,
    relying: TrustChoice,
    checkpoint_max_age: float,
    *,
    accept_waivers: bool,
    as_json: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Answer whether RELEASE may pass GATE in ENVIRONMENT on BUNDLE: verified, decided again, approved, signed, fresh.

    Exit code: 0 it may; 1 it may not, with every reason; 3 the evidence does not decide the gate; 4 the bundle, the
    ledger or the trust policy is refused.
    """
    from auditor.shell.admit import Question, admit  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.reliance import TrustPolicyReliance  # noqa: PLC0415 - lazy

    trust = relying.open()
    if trust is None:
        raise UsageError(
            "--trust is missing: nothing is admitted but under a trust policy",
            remedy="give it with --trust and --trust-owner",
        )
    question = Question(
        release, environment, gate, utc_now(), timedelta(seconds=checkpoint_max_age), accept_waivers=accept_waivers
    )
    reliance = TrustPolicyReliance(trust, partial(relying.open_ledger, trust))
    with progress_bar("admitting", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        answer = admit(bundle, reliance, question, progress=update)
    if as_json:
        click.echo(json.dumps(_document(answer, question.gate), indent=2))
    else:
        _say(answer, f"release {release} through gate {gate} in {environment}", quiet=quiet)
    if not answer.reasons:
        return ExitCode.PASS
    return ExitCode.INCONCLUSIVE if answer.undecided else ExitCode.GATE_NOT_MET


def _say(answer: Admission, what: str, *, quiet: bool) -> None:
    click.echo(f"{'NOT ADMITTED' if answer.reasons else 'ADMITTED'}   {what}")
    for reason in answer.reasons:
        click.echo(f"[{reason.code}] {reason.message}")
    if answer.reasons:
        narrate("`auditor help NAME` says what a name in brackets means", quiet=quiet)
    for note in answer.verified.notes:
        narrate(f"note: {note}", quiet=quiet)


def _document(answer: Admission, gate: str) -> dict[str, object]:
    return {
        "admitted": not answer.reasons,
        "bundle": answer.verified.bundle.predicate.bundleId,
        "statement": answer.verified.bundle.statement,
        "gate": gate,
        "reasons": [{"code": one.code, "message": one.message} for one in answer.reasons],
        "notes": list(answer.verified.notes),
    }
