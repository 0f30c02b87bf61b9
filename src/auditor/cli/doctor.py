"""``auditor doctor``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from auditor.cli import complete
from auditor.cli.options import CONFIG, NO_COLOR, fit

INDENT = " " * 9
COLORS = {"OK": "green", "MISSING": "yellow", "WRONG": "red"}


@click.command("doctor")
@CONFIG
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    default=Path("auditor-key.pem"),
    show_default=True,
    help="Private key that seals bundles.",
)
@click.option("--policies", type=click.Path(path_type=Path), help="Policy pack; default: the shipped one.")
@click.option(
    "--profile",
    default="hybrid-routing-gates",
    show_default=True,
    shell_complete=complete.profiles,
    help="Profile of the policy pack.",
)
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of lines.")
@NO_COLOR
def command(config: Path, key: Path, policies: Path | None, profile: str, *, as_json: bool, no_color: bool) -> int:
    """Say what is installed, reachable, missing or wrong here, and what to do.

    Exit code: 0 everything that evaluating and verifying need is there (optional parts may be missing), 2 something of
    yours is missing or wrong (key, configuration, policies), 5 a part of the installation or the machine is.
    """
    from auditor.shell.doctor import Patient, examine, exit_code, opa_url_from_environment  # noqa: PLC0415 - lazy

    patient = Patient(config, key, policies, profile, opa_url_from_environment())
    checks = []
    for check in examine(patient):
        checks.append(check)
        if not as_json:
            _show(check.name, check.status, check.found, check.remedy, no_color=no_color, optional=not check.exit_code)
    code = exit_code(checks)
    if as_json:
        listed = [
            {
                "name": one.name,
                "status": one.status,
                "found": one.found,
                "remedy": one.remedy,
                "exitCode": one.exit_code,
            }
            for one in checks
        ]
        click.echo(json.dumps({"exitCode": code, "checks": listed}, indent=2))
    return code


def _show(name: str, status: str, found: str, remedy: str, *, no_color: bool, optional: bool) -> None:
    colored = not no_color and not os.environ.get("NO_COLOR")
    mark = " (optional)" if optional and status != "OK" else ""
    said = fit(f"{status:<7}  {name}{mark}: {found}", sys.stdout, indent=INDENT)
    click.echo(click.style(status, fg=COLORS[status]) + said[len(status) :] if colored else said)
    if status != "OK" and remedy:
        click.echo(fit(f"{INDENT}what to do: {remedy}", sys.stdout))
