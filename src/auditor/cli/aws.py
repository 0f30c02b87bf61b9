"""``auditor aws policy``."""

from __future__ import annotations

import json
from importlib.metadata import entry_points

import click

from auditor.cli.options import narrate
from auditor.collector import ENTRY_POINT_GROUP


@click.group("aws")
def command() -> None:
    """Prepare AWS to be asked: the permissions that a role of the auditor needs."""


@command.command("policy")
@click.option(
    "--part", type=click.IntRange(min=1), default=1, show_default=True, help="Which one, if there are several."
)
def policy(part: int) -> int:
    """Print the least-privilege IAM policy of the sources that are installed, as JSON.

    Fill in the names in ${...}. What it denies stays denied, whatever else is attached to the role.
    """
    from auditor.core.iam_policy import iam_policies, size  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    points = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    asking = [one for one in (point.load()() for point in points) if getattr(one, "operations", ())]
    policies = iam_policies(permission for one in asking for permission in one.permissions())
    if part > len(policies):
        raise UsageError(f"there is no part {part}: the policy has {len(policies)}", remedy="give a smaller --part")
    click.echo(json.dumps(policies[part - 1], indent=2))
    narrate(f"part {part} of {len(policies)}, {size(policies[part - 1])} characters that count")
    return 0
