"""``auditor sign-off request|sign``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import narrate
from auditor.cli.person_options import BUNDLE, LINE, OUTPUT, ROLE, Desk, desk_options, verify_under
from auditor.cli.relying_options import TrustChoice, read_file, trust_options

if TYPE_CHECKING:
    from typing import Any

DAYS = 7.0


@click.group("sign-off")
def command() -> None:
    """Ask a person to sign off a line of a run, and sign it with their own key."""


@command.command("request")
@BUNDLE
@LINE
@ROLE
@trust_options
@OUTPUT
def request(bundle: Path, line: str, role: str, relying: TrustChoice, output: Path) -> int:
    """Write the one page (HTML) that a person reads before signing off LINE of BUNDLE: for somebody without a terminal.

    Send them the page. What they sign holds its digest, so it shows later what they were shown.
    """
    from auditor.cli.outputs import write_new  # noqa: PLC0415 - lazy
    from auditor.core.canonical import sha256_hex  # noqa: PLC0415 - lazy
    from auditor.shell.people import sign_off_page  # noqa: PLC0415 - lazy

    _, verified, others = verify_under(bundle, relying)
    page = sign_off_page(verified, others, line, role)
    write_new(output, page)
    click.echo(f"page:   {output}")
    click.echo(f"digest: {sha256_hex(page)}")
    return 0


@command.command("sign")
@BUNDLE
@LINE
@click.option(
    "--decision",
    required=True,
    type=click.Choice(["APPROVED", "REJECTED", "NOT_APPLICABLE", "WITHDRAWN", "GO", "NO-GO"]),
    help="What you decide.",
)
@click.option(
    "--page", type=click.Path(path_type=Path), required=True, help="The page that you read, as it was sent to you."
)
@click.option("--comment", default="", help="What you want to say beside it; with NOT_APPLICABLE, why.")
@click.option("--withdraws", metavar="DIGEST", help="Statement that you withdraw, with --decision WITHDRAWN.")
@click.option(
    "--valid-for",
    type=click.FloatRange(min=0, min_open=True, max=3650),
    default=DAYS,
    show_default=True,
    metavar="DAYS",
    help="How long it may be relied on.",
)
@desk_options
def sign(bundle: Path, desk: Desk, page: Path, valid_for: float, **said: Any) -> int:
    """Sign what you decide about LINE of BUNDLE, with your own key.

    The bundle is verified first, and the page made again and compared with the one that you read.
    """
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.people import sign_off  # noqa: PLC0415 - lazy

    content = read_file(page, "--page")
    trust, verified, others = desk.verified(bundle)
    now = utc_now()
    narrate(f"signing {said['decision']} for {said['line']!r} of {verified.bundle.predicate.bundleId}")
    valid_until = now + timedelta(days=valid_for)
    author = desk.author(trust, verified)
    return desk.write(sign_off(verified, others, author, page=content, valid_until=valid_until, now=now, **said), trust)
