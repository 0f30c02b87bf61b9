"""``auditor demo``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.engine_options import engine_options
from auditor.cli.html_output import html_report
from auditor.cli.options import NO_COLOR, QUIET, VERBOSE, narrate, progress_bar

if TYPE_CHECKING:
    from auditor.shell.engines import EngineChoice


@click.command("demo")
@click.option("--incident", multiple=True, metavar="NAME", help="Switch an incident on; may be repeated.")
@click.option("--list-incidents", is_flag=True, help="List the incidents and what each flips, and stop.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("auditor-demo"),
    show_default=True,
    help="New folder for everything the demo makes.",
)
@click.option("--seed", type=int, default=20250114, show_default=True, help="Seed of the example's numbers.")
@engine_options
@click.option(
    "--strict", is_flag=True, help="Exit with the verdict's code as `evaluate` does; without it a decided demo exits 0."
)
@NO_COLOR
@QUIET
@VERBOSE
def command(
    incident: tuple[str, ...],
    output: Path,
    seed: int,
    engine: EngineChoice,
    *,
    list_incidents: bool,
    strict: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the whole job on an example company: collect, decide, seal, verify. No server, no cloud, no key needed."""
    from auditor.estate import INCIDENTS  # noqa: PLC0415 - lazy

    if list_incidents:
        for one in INCIDENTS.values():
            flips = "; ".join(f"{line}: {verdict} ({reason})" for line, (verdict, reason) in one.flips.items())
            click.echo(f"{one.name}\n    {one.description}\n    {flips or 'flips nothing'}")
        return 0
    code = _run(incident, _new_folder(output), seed, engine, no_color=no_color, quiet=quiet, verbose=verbose)
    return code if strict else 0


def _new_folder(output: Path) -> Path:
    """Return ``output``, or the first ``output-N`` that is not there yet: a demo never writes over another."""
    number, folder = 1, output
    while folder.exists():
        number += 1
        folder = output.with_name(f"{output.name}-{number}")
    return folder


def _run(
    incidents: tuple[str, ...],
    output: Path,
    seed: int,
    engine: EngineChoice,
    *,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    from auditor.adapters.bundle.layout import POLICIES  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - lazy
    from auditor.adapters.signing.keys import generate_key, load_signer  # noqa: PLC0415 - lazy
    from auditor.cli.evaluate import show  # noqa: PLC0415 - lazy
    from auditor.cli.exit_codes import BY_RESULT  # noqa: PLC0415 - lazy
    from auditor.cli.outputs import write_whole  # noqa: PLC0415 - lazy
    from auditor.estate import write_estate  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.collect import collect  # noqa: PLC0415 - lazy
    from auditor.shell.evaluate import evaluate  # noqa: PLC0415 - lazy
    from auditor.shell.verify import verify  # noqa: PLC0415 - lazy

    bar = partial(progress_bar, quiet=quiet, verbose=verbose, no_color=no_color)
    estate = write_estate(output / "estate", incidents=incidents, seed=seed)
    key = generate_key(output / "demo-key.pem")
    with bar("collecting") as update:
        snapshot = collect(estate.config, output / "snapshot", collected_at=estate.collected_at, progress=update)
    with bar("deciding") as update:
        done = evaluate(
            snapshot,
            signer=load_signer(key.private_path),
            output=output / "bundles",
            time_created=utc_now(),
            as_of=estate.as_of,
            engine=engine,
            progress=update,
        )
    with bar("verifying") as update:
        verify(done.bundle, key.public_path.read_bytes(), progress=update)
    page = output / "report.html"
    pack = load_pack(done.bundle / POLICIES)
    write_whole(page, html_report((("html", page),), done.decisions.document, pack, done.bundle)["html"], "--output")
    show(done, (), None, no_color=no_color, quiet=quiet)
    narrate(
        f"\nincidents:   {', '.join(incidents) or 'none (try --list-incidents)'}\n"
        "replayed:    the bundle was verified and decided again to the same bytes\n"
        f"bundle:      {done.bundle}\n"
        f"report:      {done.report}\n"
        f"page:        {page}\n"
        f"check it:    auditor verify {done.bundle} --key {key.public_path}",
        quiet=quiet,
    )
    return BY_RESULT[done.decisions.result.value]
