"""``auditor evaluate``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import complete, gates
from auditor.cli.defaults import from_file
from auditor.cli.engine_options import engine_options
from auditor.cli.html_output import html_report
from auditor.cli.key_options import SigningKey, TsaChoice, key_options, tsa_options
from auditor.cli.options import FORMATS, NO_COLOR, QUIET, VERBOSE, Instant, Output, narrate, progress_bar
from auditor.cli.oscal_output import write_oscal
from auditor.cli.outputs import (
    CHECKLISTS,
    Outputs,
    check_checklist,
    check_folder,
    check_outputs,
    rendered,
    to_standard_output,
    write_outputs,
)
from auditor.cli.query_options import query_options
from auditor.cli.relying_options import LEDGER_KEY, TrustChoice, trust_options
from auditor.cli.run_trust import begin

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.policies.pack import Pack
    from auditor.shell.engines import EngineChoice
    from auditor.shell.evaluate import Evaluation
    from auditor.shell.query_engines import QueryChoice


@click.command("evaluate")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("auditor.toml"),
    show_default=True,
    is_eager=True,
    callback=from_file,
    help="Collect its sources first; its [evaluate] section gives defaults for the options below.",
)
@click.option("--snapshot", type=click.Path(path_type=Path), help="Decide this snapshot instead of collecting.")
@click.option(
    "--profile",
    default="hybrid-routing-gates",
    show_default=True,
    shell_complete=complete.profiles,
    help="Profile of the policy pack.",
)
@click.option(
    "--gate",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.gates,
    help="Let only this gate decide the exit code; may be repeated, and then the worst counts.",
)
@click.option("--policies", type=click.Path(path_type=Path), help="Policy pack; default: the shipped one.")
@click.option(
    "--as-of", type=Instant(), help="The instant at which the verdict speaks; default: the collection's, to 10 s."
)
@key_options
@tsa_options
@trust_options
@LEDGER_KEY
@click.option(
    "--previous",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="BUNDLE",
    help="Folder of an earlier run of the release that does not lie in --output; may be repeated.",
)
@click.option(
    "--accept-waivers", is_flag=True, help="Let a gate whose every fail is waived count as met; the fail stays visible."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("bundles"),
    show_default=True,
    help="Folder that bundles go to.",
)
@click.option(
    "-o",
    "outputs",
    type=Output(),
    multiple=True,
    help=f"Also write {', '.join(FORMATS)}, as FORMAT (to standard output, instead of the table) or FORMAT=PATH.",
)
@engine_options
@query_options
@click.option("--collected-at", type=Instant(), hidden=True, help="Fixed clock, for examples and tests.")
@NO_COLOR
@QUIET
@VERBOSE
def command(
    config: Path,
    snapshot: Path | None,
    profile: str,
    gate: tuple[str, ...],
    policies: Path | None,
    as_of: datetime | None,
    key: SigningKey,
    tsa: TsaChoice,
    relying: TrustChoice,
    ledger_key: str | None,
    previous: tuple[Path, ...],
    output: Path,
    outputs: Outputs,
    collected_at: datetime | None,
    engine: EngineChoice,
    queries: QueryChoice,
    *,
    accept_waivers: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Decide a profile over the facts, and seal the verdict into a signed bundle.

    Exit code: 0 every gate is met, 1 a gate is not met, 3 the evidence does not decide. With --gate, of those gates
    alone; the bundle and the report always hold all of them.

    Without --trust the run is unapproved. With it, the run is filed in the environment's ledger before it collects, and
    takes in what earlier runs of the release decided: their bundles must lie in --output, or be named by --previous.
    """
    from auditor.adapters.bundle.layout import ATTESTATION  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.profile import load_profile  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.decide import check_as_of  # noqa: PLC0415 - lazy
    from auditor.shell.engines import check_engine  # noqa: PLC0415 - lazy
    from auditor.shell.evaluate import evaluate  # noqa: PLC0415 - lazy
    from auditor.shell.query_engines import check_queries  # noqa: PLC0415 - lazy
    from auditor.shipped import policies_dir  # noqa: PLC0415 - lazy

    now = utc_now()
    # All of this is told before hours of collection, not after.
    if snapshot is None and as_of is not None:
        check_as_of(collected_at or now, as_of)
    check_outputs(outputs)
    check_folder(output, "--output")
    signer = key.open()
    check_engine(engine)
    pack = load_pack(policies or policies_dir())
    bound = load_profile(pack, profile)
    gates.check_gates(bound, gate)
    check_checklist(outputs, bound)
    check_queries(queries, pack, bound)
    begun = begin(relying, ledger_key, tsa, signer, key, pack, bound, snapshot or config, as_of, output, previous)
    with tempfile.TemporaryDirectory(prefix="auditor-") as scratch, begun as (run, closer):
        collecting = snapshot is None
        if snapshot is None:
            from auditor.shell.collect import collect  # noqa: PLC0415 - lazy

            with progress_bar("collecting", quiet=quiet, verbose=verbose, no_color=no_color) as update:
                snapshot = collect(
                    config,
                    Path(scratch) / "snapshot",
                    collected_at=collected_at or now,
                    progress=update,
                    clock=None if collected_at else utc_now,
                )
        with progress_bar("deciding", quiet=quiet, verbose=verbose, no_color=no_color) as update:
            done = evaluate(
                snapshot,
                signer=signer,
                output=output,
                time_created=utc_now(),
                profile_name=profile,
                policies=policies if collecting else pack,  # a collection may take hours, and somebody edits meanwhile
                as_of=as_of,
                engine=engine,
                queries=queries,
                run=run,
                timestamper=tsa.open(),
                progress=update,
            )
        closer.sealed((done.bundle / ATTESTATION).read_bytes())
    show(done, outputs, pack, gate, waivers=accept_waivers, no_color=no_color, quiet=quiet)
    narrate(f"bundle: {done.bundle}\nreport: {done.report}", quiet=quiet)
    return gates.exit_code(done.summary, gate, waivers=accept_waivers)


def show(
    done: Evaluation,
    outputs: Outputs,
    pack: Pack | None,
    gate_names: tuple[str, ...] = (),
    *,
    waivers: bool = False,
    no_color: bool = False,
    quiet: bool = False,
) -> None:
    """Write the formats that were asked for; print the table, unless one of them goes to standard output."""
    contents = {"json": done.decisions_json + b"\n", "markdown": done.reports["report.md"]}
    contents |= {name: done.reports[file] for name, file in CHECKLISTS.items() if file in done.reports}
    contents |= rendered(outputs, done.decisions.document, pack, done.bundle.name)
    contents |= html_report(outputs, done.decisions.document, pack, done.bundle)
    write_outputs(outputs, contents, done.bundle)
    write_oscal(outputs, done.decisions.document, pack, done.bundle)
    for note in done.notes:
        narrate(f"note: {note}", quiet=quiet)
    if quiet:
        return
    code = gates.exit_code(done.summary, gate_names, waivers=waivers)
    closing = gates.explain(done.summary, gate_names, code, waivers=waivers)
    if to_standard_output(outputs):
        narrate(closing)
    else:
        from auditor.adapters.reports.terminal import print_summary  # noqa: PLC0415 - lazy

        print_summary(done.summary, sys.stdout, color=False if no_color else None, closing=closing)
