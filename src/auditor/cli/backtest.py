"""``auditor backtest``."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, Output, progress_bar
from auditor.cli.relying_options import PUBLIC_KEY, SignerChoice, TrustChoice, trust_options

if TYPE_CHECKING:
    from auditor.cli.exit_codes import ExitCode
    from auditor.cli.outputs import Outputs
    from auditor.core.backtest import Backtest, Setting

FORMATS = ("csv", "json")
SETTING = re.compile(
    r"(?:(?P<line>[a-z0-9_.-]+):)?(?P<control>[a-z0-9_]+\.[a-z0-9_]+)\.(?P<name>[a-z0-9_]+)=(?P<value>.*)"
)


class ParameterSetting(click.ParamType[tuple[str | None, str, str, Any]]):
    """``[LINE:]FAMILY.CONTROL.PARAMETER=VALUE``; the value is JSON, or text as it stands."""

    name = "[line:]control.parameter=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str | None, str, str, Any]:
        """Return (line or None, control, name, value)."""
        if isinstance(value, tuple):
            return value
        match = SETTING.fullmatch(value)
        if match is None:
            self.fail(
                f"{value!r} sets no parameter; expected e.g. slo.error_rate.limit_ppm=5000, or with the line before it"
                " slo.errors:slo.error_rate.limit_ppm=5000",
                param,
                ctx,
            )
        try:
            meant = json.loads(match["value"])
        except ValueError:
            meant = match["value"]
        return match["line"], match["control"], match["name"], meant


@click.command("backtest")
@click.argument("bundles", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--policies", type=click.Path(path_type=Path, file_okay=False), help="The changed policy pack, built.")
@click.option(
    "--param",
    type=ParameterSetting(),
    multiple=True,
    help="Set a parameter of a control otherwise, wherever it is bound or in one line; may be repeated.",
)
@PUBLIC_KEY
@trust_options
@click.option(
    "--fail-on",
    type=click.Choice(["regress", "change", "never"]),
    default="regress",
    show_default=True,
    help="Exit with 1 when a line takes a step back, when anything changes, or never.",
)
@click.option(
    "-o",
    "outputs",
    type=Output(FORMATS),
    multiple=True,
    help="Also write csv or json, as FORMAT (to standard output, instead of the table) or FORMAT=PATH.",
)
@NO_COLOR
@QUIET
@VERBOSE
def command(
    bundles: tuple[Path, ...],
    policies: Path | None,
    param: tuple[tuple[str | None, str, str, Any], ...],
    key: Path | None,
    relying: TrustChoice,
    fail_on: str,
    outputs: Outputs,
    *,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Show what a changed policy pack or parameter would have decided of past runs. Nothing of them is changed.

    BUNDLES are bundles (folders or tars), folders of bundles, or archives on disk. Each is verified and decided again
    as it was; one that is refused is named, and never counted as the same. A line whose tables a bundle does not hold
    is not decided, and no pass.

    Exit code: 0 nothing by --fail-on, 1 a step back or a change, 3 something could not be decided, 4 a bundle is
    refused, 5 a needed part failed; of several 4, then 5, then 1, then 3.
    """
    from auditor.adapters.reports.backtest import print_table, render_csv, render_json  # noqa: PLC0415 - lazy
    from auditor.cli.outputs import check_outputs, to_standard_output, write_outputs  # noqa: PLC0415 - lazy
    from auditor.core.backtest import Setting  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.backtest import Change, backtest, find_bundles  # noqa: PLC0415 - lazy

    if policies is None and not param:
        raise UsageError("nothing is changed", remedy="give --policies DIR, or --param CONTROL.PARAMETER=VALUE")
    check_outputs(outputs)
    change = Change(policies, tuple(Setting(*one) for one in param))
    signer = SignerChoice(key, relying)
    signer.reliance()  # what is wrong with it is told before any bundle is read
    with progress_bar("deciding again", quiet=quiet, verbose=verbose, no_color=no_color) as update:
        found = backtest(find_bundles(bundles), change, signer.reliance, progress=update)
    _refuse_without_effect(found, change.settings)
    made = {"csv": render_csv, "json": render_json}
    write_outputs(outputs, {name: made[name](found) for name, _ in outputs}, bundles[0])
    if not quiet and not to_standard_output(outputs):
        print_table(found, sys.stdout, color=False if no_color else None)
    return _exit_code(found, fail_on)


def _refuse_without_effect(found: Backtest, settings: tuple[Setting, ...]) -> None:
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    if found.without_effect:
        named = ", ".join(f"{one.line + ':' if one.line else ''}{one.control}.{one.name}" for one in settings)
        raise UsageError(
            f"{named}: bound by no line of any bundle that was decided again, so nothing was tried",
            remedy="see `auditor controls show CONTROL` for the lines that bind it",
        )


def _exit_code(found: Backtest, fail_on: str) -> ExitCode:
    from auditor.cli.exit_codes import ExitCode  # noqa: PLC0415 - lazy

    if found.count("refused"):
        return ExitCode.TAMPERED
    if found.count("failed"):
        return ExitCode.PART_FAILED
    if {"regress": found.regressed, "change": found.changed or found.regressed, "never": False}[fail_on]:
        return ExitCode.GATE_NOT_MET
    return ExitCode.INCONCLUSIVE if found.undecided else ExitCode.PASS
