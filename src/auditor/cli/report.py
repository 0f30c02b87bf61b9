"""``auditor report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditor.cli.html_output import html_report
from auditor.cli.options import FOLDERS, FORMATS, NO_COLOR, QUIET, Output, narrate
from auditor.cli.oscal_output import write_oscal
from auditor.cli.outputs import CHECKLISTS, Outputs, check_outputs, rendered, to_standard_output, write_outputs


@click.command("report")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "outputs",
    type=Output(),
    multiple=True,
    help=f"Write {', '.join(FORMATS)}, as FORMAT (to standard output, instead of the table) or FORMAT=PATH.",
)
@NO_COLOR
@QUIET
def command(bundle: Path, outputs: Outputs, *, no_color: bool, quiet: bool) -> int:
    """Show the run that is sealed in BUNDLE again, in any format. It is read, not verified: see `auditor verify`."""
    from auditor.adapters.bundle import layout  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.markdown import control_words  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.terminal import print_summary  # noqa: PLC0415 - lazy
    from auditor.core.summary import summarise  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.sealed_run import sealed_decisions  # noqa: PLC0415 - lazy

    check_outputs(outputs)
    document = sealed_decisions(bundle)
    pack = load_pack(bundle / layout.POLICIES)
    contents = rendered(outputs, document, pack, bundle.resolve().name)
    contents |= html_report(outputs, document, pack, bundle)
    sealed = {"json": layout.DECISIONS, "markdown": f"{layout.REPORT}/report.md"}
    sealed |= {name: f"{layout.REPORT}/{file}" for name, file in CHECKLISTS.items()}
    for name, _ in outputs:
        if name in contents or name in FOLDERS:
            continue
        try:
            contents[name] = (bundle / sealed[name]).read_bytes()
        except OSError as error:
            raise UsageError(
                f"{bundle / sealed[name]}: the run sealed no {name} ({error.strerror})",
                remedy="ask for another format; a checklist is sealed where the profile fills one in",
            ) from error
    write_outputs(outputs, contents, bundle)
    write_oscal(outputs, document, pack, bundle)
    if not to_standard_output(outputs):
        print_summary(summarise(document, control_words(pack.controls)), sys.stdout, color=False if no_color else None)
    narrate("not verified: see `auditor verify`", quiet=quiet)
    return 0
