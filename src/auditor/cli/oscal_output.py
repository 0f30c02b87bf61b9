"""What ``-o oscal=FOLDER`` writes: an OSCAL folder of a bundle, beside it and never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack
    from auditor.cli.outputs import Outputs


def write_oscal(outputs: Outputs, document: dict[str, Any], pack: Pack | None, bundle: Path) -> None:
    """Write the folders that are asked for. Raises as ``html_report`` and ``outputs.write_whole``."""
    folders = [path for name, path in outputs if name == "oscal" and path is not None]
    if pack is None or not folders:
        return
    from auditor.adapters.reports.oscal.folder import render_oscal  # noqa: PLC0415 - lazy
    from auditor.cli.outputs import write_whole  # noqa: PLC0415 - lazy
    from auditor.shell.oscal import oscal_source  # noqa: PLC0415 - lazy

    made = render_oscal(oscal_source(document, pack, bundle))
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            write_whole(folder / name, content, "-o oscal")
