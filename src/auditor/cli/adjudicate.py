"""``auditor adjudicate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.person_options import BUNDLE, CONTROL, REASON, RESOURCE, Desk, desk_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("adjudicate")
@BUNDLE
@click.option("--line", required=True, metavar="NAME", help="Line of the trigger that fired.")
@CONTROL
@RESOURCE
@REASON
@desk_options
def command(bundle: Path, line: str, control: str, resource: str, reason: str, desk: Desk) -> int:
    """Sign, as Security, that a trigger that fired in BUNDLE was a false positive. The firing stays visible."""
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.people import adjudicate  # noqa: PLC0415 - lazy

    trust, verified, _ = desk.verified(bundle)
    author = desk.author(trust, verified)
    envelope = adjudicate(verified, author, line=line, control=control, resource=resource, reason=reason, now=utc_now())
    return desk.write(envelope, trust)
