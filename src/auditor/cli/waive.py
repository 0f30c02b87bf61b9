"""``auditor waive write|approve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Instant
from auditor.cli.person_options import BUNDLE, CONTROL, REASON, RESOURCE, Desk, desk_options
from auditor.cli.relying_options import read_file

if TYPE_CHECKING:
    from datetime import datetime


@click.group("waive")
def command() -> None:
    """Accept one failing finding for a time: one person writes the waiver, another approves it.

    The verdict stays a fail. Its gate says pass_with_waiver, which counts as met only under --accept-waivers.
    """


@command.command("write")
@BUNDLE
@CONTROL
@RESOURCE
@REASON
@click.option("--not-before", type=Instant(), help="From when it holds; default: now. Never the past.")
@click.option("--expiry", type=Instant(), required=True, help="Until when it holds.")
@desk_options
def write(
    bundle: Path,
    control: str,
    resource: str,
    reason: str,
    not_before: datetime | None,
    expiry: datetime,
    desk: Desk,
) -> int:
    """Sign the waiver of a finding that fails in BUNDLE, as its author."""
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.people import WAIVER_DELAY, waive  # noqa: PLC0415 - lazy

    trust, verified, _ = desk.verified(bundle)
    now = utc_now()
    envelope = waive(
        verified,
        desk.author(trust, verified),
        control=control,
        resource=resource,
        reason=reason,
        not_before=not_before or now + WAIVER_DELAY,
        expiry=expiry,
        now=now,
    )
    return desk.write(envelope, trust)


@command.command("approve")
@BUNDLE
@click.argument("waiver", type=click.Path(path_type=Path))
@click.option("--comment", default="", help="What you want to say beside it.")
@desk_options
def approve(bundle: Path, waiver: Path, comment: str, desk: Desk) -> int:
    """Sign that WAIVER, the file that its author wrote, may hold: as another person."""
    from auditor.adapters.signing.envelope import payload_digest  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.people import approve_waiver  # noqa: PLC0415 - lazy

    content = read_file(waiver, "WAIVER")
    trust, verified, _ = desk.verified(bundle)
    digest = payload_digest(content, str(waiver))
    author = desk.author(trust, verified)
    return desk.write(
        approve_waiver(verified, author, waiver=content, digest=digest, comment=comment, now=utc_now()), trust
    )
