"""The files that a new control begins with: they build, their case holds, and the control decides nothing yet.

Rules kept here: what is written can be compiled and tested as it stands, so that its author goes from green to green;
it never passes and never fails anything until they say when; nothing is overwritten, and a control is there with all of
its files or not at all.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.policies.pack import CAPABILITIES, ENTRYPOINTS
from auditor.errors import ControlError, UsageError

if TYPE_CHECKING:
    from auditor.columns import Table

NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
# Words that cannot be part of a package's name (https://www.openpolicyagent.org/docs/policy-reference#reserved-names).
RESERVED = frozenset(
    (
        *("as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not", "null"),
        *("package", "some", "true", "with"),
    )
)

REGO = """\
# METADATA
# title: "TODO: one sentence that is true when the control passes"
# description: >-
#   TODO: of what, in which window, compared with which limit, and what is done about what was not observed.
# custom:
#   severity: high
#   evidence_for: [checklist/TODO]
#   requires:
#     - control: coverage.source_observed
#       parameters: {{observation: complete}}
#   population: resource
#   parameters:
#     sources: {{type: array, items: string, description: sources that are judged}}
package controls.{family}.{name}

# TODO: rules that pass or fail. A row for which no rule speaks is inconclusive: missing data never passes.
default decision := {{"verdict": "inconclusive", "reason": "no_data"}}
"""

SQL = """\
-- TODO, the population: every source that the line names, with its rows of {table}{of_the_window}.
select
    declared.source as resource,
    count({table}.source) as records
from unnest($sources) as declared(source)
left join {table}
    on {table}.source = declared.source{window}
group by declared.source
order by resource
"""

WINDOW = """
    and epoch_us({table}.{instant}) >= $window_start_us
    and epoch_us({table}.{instant}) < $window_end_us"""

CASE = {
    "name": "nothing measured decides nothing",
    "parameters": {"sources": ["mine"]},
    "window": {"start": "2025-01-14T10:00:00Z", "end": "2025-01-14T10:10:00Z"},
    "tables": {},
    "expect": [{"resource": "mine", "verdict": "inconclusive", "reason": "no_data"}],
}


def write_control(root: Path, control: str, table: Table) -> list[Path]:
    """Write the files of ``control`` over ``table`` into the pack at ``root`` and return them.

    Raises ``UsageError`` (a name that is none, a control that is there, a folder that cannot be written) or
    ``ControlError`` (no policy pack).
    """
    family, name = _parts(control)
    _refuse_other_folders(root)
    folder = root / "controls" / family / name
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder}: exists; a control is never overwritten", remedy="give another name")
    texts = _texts(family, name, table)
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=root) as scratch:
            made = Path(scratch) / name
            made.mkdir()
            for file, text in texts.items():
                (made / file).write_text(text, encoding="utf-8")
            _move(made, folder)
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written ({error.strerror})", remedy="name a policy pack that you may write to"
        ) from error
    return [folder / file for file in texts]


def _move(made: Path, folder: Path) -> None:
    """Give ``made`` its place; the folder of its family goes again when that fails and it was not there before."""
    family = folder.parent
    new = not family.exists()
    family.mkdir(exist_ok=True)
    try:
        made.rename(folder)
    except OSError:
        if new:
            family.rmdir()
        raise


def _parts(control: str) -> tuple[str, str]:
    if not NAME.fullmatch(control):
        raise UsageError(
            f"{control!r} is no name of a control; expected family.name, each of a-z, 0-9 and _, first a letter",
            remedy="name what is true when it passes, as in service.timeouts_rare",
        )
    family, name = control.split(".")
    reserved = sorted({family, name} & RESERVED)
    if reserved:
        raise UsageError(f"{control!r}: {', '.join(reserved)} is a word of Rego", remedy="choose another name")
    if name.endswith("_test"):
        raise UsageError(
            f"{control!r}: Rego files that end in _test are tests, and never compiled", remedy="choose another name"
        )
    return family, name


def _refuse_other_folders(root: Path) -> None:
    needed = (CAPABILITIES, f"{Path(ENTRYPOINTS[0]).parent}/dispatch.rego")
    missing = [file for file in needed if not (root / file).is_file()]
    missing += [] if (root / "controls").is_dir() else ["controls/"]
    if missing:
        raise ControlError(
            f"{root}: no policy pack, for it has no {' and no '.join(missing)}",
            remedy="give --policies a folder that holds controls/ and lib/: a copy of the shipped pack, to begin with",
        )


def _texts(family: str, name: str, table: Table) -> dict[str, str]:
    instant = next((column.name for column in table.columns if column.type == "instant" and not column.nullable), None)
    sql = SQL.format(
        table=table.name,
        of_the_window=f" whose {instant} lies in the window" if instant else "",
        window=WINDOW.format(table=table.name, instant=instant) if instant else "",
    )
    return {
        f"{name}.rego": REGO.format(family=family, name=name),
        f"{name}.sql": sql,
        f"{name}.cases.jsonl": json.dumps(CASE) + "\n",
    }
