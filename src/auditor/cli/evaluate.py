"""``auditor evaluate``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.exit_codes import BY_RESULT
from auditor.cli.options import Instant, Output, narrate, progress_bar

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.shell.evaluate import Evaluation


@click.command("evaluate")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("auditor.toml"),
    show_default=True,
    help="Collect its sources first.",
)
@click.option("--snapshot", type=click.Path(path_type=Path), help="Decide this snapshot instead of collecting.")
@click.option("--profile", default="hybrid-routing-gates", show_default=True, help="Profile of the policy pack.")
@click.option("--policies", type=click.Path(path_type=Path), help="Policy pack; default: the shipped one.")
@click.option(
    "--as-of", type=Instant(), help="The instant at which the verdict speaks; default: the collection's, to 10 s."
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    default=Path("auditor-key.pem"),
    show_default=True,
    help="Private key that seals the bundle.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("bundles"),
    show_default=True,
    help="Folder that bundles go to.",
)
@click.option(
    "-o", "outputs", type=Output(), multiple=True, help="Also write json or markdown, as FORMAT or FORMAT=PATH."
)
@click.option("--collected-at", type=Instant(), hidden=True, help="Fixed clock, for examples and tests.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.option("--quiet", is_flag=True, help="No table and no narration.")
def command(
    config: Path,
    snapshot: Path | None,
    profile: str,
    policies: Path | None,
    as_of: datetime | None,
    key: Path,
    output: Path,
    outputs: tuple[tuple[str, Path | None], ...],
    collected_at: datetime | None,
    *,
    no_color: bool,
    quiet: bool,
) -> int:
    """Decide a profile over the facts, and seal the verdict into a signed bundle.

    Exit code: 0 every gate is met, 1 a gate is not met, 3 the evidence does not decide.
    """
    from auditor.adapters.signing.keys import load_signer  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.evaluate import evaluate  # noqa: PLC0415 - lazy

    load_signer(key)  # a missing key is told before hours of collection, not after
    now = utc_now()
    with tempfile.TemporaryDirectory(prefix="auditor-") as scratch:
        if snapshot is None:
            from auditor.shell.collect import collect  # noqa: PLC0415 - lazy

            with progress_bar("collecting", quiet=quiet) as update:
                snapshot = collect(
                    config, Path(scratch) / "snapshot", collected_at=collected_at or now, progress=update
                )
        with progress_bar("deciding", quiet=quiet) as update:
            done = evaluate(
                snapshot,
                key=key,
                output=output,
                time_created=now,
                profile_name=profile,
                policies=policies,
                as_of=as_of,
                progress=update,
            )
    show(done, outputs, no_color=no_color, quiet=quiet)
    narrate(f"bundle: {done.bundle}\nreport: {done.report}", quiet=quiet)
    return BY_RESULT[done.decisions.result.value]


def show(
    done: Evaluation, outputs: tuple[tuple[str, Path | None], ...], *, no_color: bool = False, quiet: bool = False
) -> None:
    """Print the table, unless another format goes to standard output, and write the other formats."""
    from auditor.adapters.reports.terminal import print_summary  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    contents = {"json": done.decisions_json + b"\n", "markdown": done.report_markdown}
    for name, path in outputs:
        if path is None:
            sys.stdout.buffer.write(contents[name])
            continue
        try:
            path.write_bytes(contents[name])
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror}); the bundle is at {done.bundle}") from error
    if not quiet and all(path is not None for _, path in outputs):
        print_summary(done.summary, sys.stdout, color=False if no_color else None)
