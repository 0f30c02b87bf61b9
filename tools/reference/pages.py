"""Each generated page by its path in docs: commands, configuration, controls, reasons, schemas, tables, and indexes.

Rules kept here: nothing is said that the program or the pack does not say itself; the same sources give the same bytes.
"""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.policies.profile_files import profile_names
from auditor.adapters.policies.read_tables import tables_behind
from auditor.cli.init import HEAD
from auditor.cli.main import cli
from auditor.collector import ENTRY_POINT_GROUP
from auditor.core.reason_codes import FAMILIES
from auditor.schemas import SUFFIX, names, schema_text
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.adapters.policies.pack import Control

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs"
WIDTH = 96
INDEXES = {
    "how-to": "How to do one thing",
    "reference": "What there is, to look up",
    "explanation": "Why it is so",
    "adr": "Decisions",
}
MADE = "Made by `python -m tools.reference` of {of}; do not edit.\n"


def pages() -> dict[str, str]:
    """Return each page by its path in docs."""
    made = {
        "reference/commands.md": "\n".join(_commands()),
        "reference/configuration.md": "\n".join(_configuration()),
        "reference/controls.md": "\n".join(_controls()),
        "reference/reasons.md": "\n".join(_reasons()),
        "reference/schemas.md": "\n".join(_schemas()),
        "reference/tables.md": "\n".join(_tables()),
    }
    return made | {f"{folder}/index.md": "\n".join(_index(folder, head, made)) for folder, head in INDEXES.items()}


def _index(folder: str, head: str, made: dict[str, str]) -> Iterator[str]:
    """List the pages of a folder by their titles; those in ``made`` as they are made."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / folder).glob("*.md")}
    texts |= {path.partition("/")[2]: text for path, text in made.items() if path.startswith(f"{folder}/")}
    texts.pop("index.md", None)
    yield f"# {head}\n"
    yield MADE.format(of="the titles of its pages")
    by_name = folder == "adr"
    for name, text in sorted(texts.items(), key=lambda one: one[0] if by_name else one[1]):
        title = text.partition("\n")[0].removeprefix("# ")
        yield f"- [{name[:4]} {title}]({name})" if by_name else f"- [{title}]({name})"
    if folder == "reference":
        yield from ("- [Refusals](../refusals.md)", "- Frameworks, article by article:")
        for path in sorted((FOLDER / "reference" / "frameworks").glob("*.md")):
            title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
            yield f"    - [{title}](frameworks/{path.name})"
    yield ""


def cell(text: str) -> str:
    """Return ``text`` as it stands in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield MADE.format(of="the program's own help")
    yield from _command(cli, "auditor", None, 2)


def _command(command: click.Command, name: str, parent: click.Context | None, level: int) -> Iterator[str]:
    settings = {**command.context_settings, "terminal_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield f"{'#' * level} {context.command_path}\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _command(found, inner, context, min(level + 1, 3))


def _configuration() -> Iterator[str]:
    yield "# Configuration: auditor.toml\n"
    yield MADE.format(of="what `auditor init` writes")
    yield "Paths are relative to the file. `auditor doctor` says every problem of it by its key.\n"
    yield f"```toml\n{HEAD}```\n"
    yield "What a section `[watch]` says is told in [watch a release](../how-to/watch.md), `[vault]` in"
    yield "[pseudonyms](../how-to/pseudonyms.md).\n"
    yield "## Sources\n"
    yield "A source is a table `[sources.NAME]`; its `kind` is one of these. Options that several share are written once, in"
    yield '`[shared.GROUP]`, and taken with `with = ["GROUP"]`.\n'
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda one: one.name):
        example = getattr(point.load(), "example", "").strip()
        yield f"### {point.name}\n"
        yield f"```toml\n{example}\n```\n" if example else "It offers no example.\n"


def _controls() -> Iterator[str]:
    pack = load_pack(ROOT / "policies")
    profiles = [load_profile(pack, name) for name in profile_names(pack.root)]
    bound = {
        control: ", ".join(
            f"{count} of {profile.document.id}"
            for profile in profiles
            if (count := sum(any(one.control.id == control for one in line) for line in profile.bound.values()))
        )
        for control in pack.controls
    }
    yield "# Controls\n"
    yield MADE.format(of="the METADATA of the shipped policy pack")
    yield f"{len(pack.controls)} controls. `auditor controls show ID` also shows query and policy.\n"
    family = ""
    for control in pack.controls.values():
        if (begins := control.id.partition(".")[0]) != family:
            family = begins
            yield f"## {family}\n"
        yield from _control(control, sorted(tables_behind(pack, control.sql)), bound[control.id])


def _control(control: Control, tables: list[str], bound: str) -> Iterator[str]:
    metadata = control.metadata
    yield f"### {metadata.id}\n"
    yield f"**{metadata.title}** ({metadata.severity})\n"
    yield f"{metadata.description.strip()}\n"
    if metadata.parameters:
        yield from ("| parameter | type | unit | default | means |", "| --- | --- | --- | --- | --- |")
        for name, one in sorted(metadata.parameters.items()):
            kind = f"array of {one.items}" if one.type == "array" else " or ".join(one.enum or [one.type])
            default = "none" if one.nullable and one.default is None else json.dumps(one.default)
            shown = "needed" if one.default is None and not one.nullable else default
            yield f"| `{name}` | {cell(kind)} | {cell(one.unit)} | {cell(shown)} | {cell(one.description)} |"
        yield ""
    if metadata.requires:
        yield f"Requires {', '.join(f'`{one.control}`' for one in metadata.requires)}.\n"
    yield f"Evidence for {', '.join(metadata.evidence_for)}. Reads {', '.join(f'`{one}`' for one in tables) or 'no table'}."
    yield f"Lines: {bound or 'none'}.\n"


def _reasons() -> Iterator[str]:
    yield "# Reasons of verdicts\n"
    yield MADE.format(of="the program's closed list")
    yield "A policy gives one of these codes, a value observed and a limit; the sentence is what people read. `auditor help CODE`"
    yield "says the same offline; `auditor explain LINE` says it with the numbers of a run.\n"
    for family in FAMILIES:
        yield f"## {family.__name__.rpartition('.')[2]}\n"
        yield f"{(family.__doc__ or '').strip()}\n"
        yield from ("| code | sentence |", "| --- | --- |")
        yield from (f"| `{code}` | {cell(said)} |" for code, said in family.SENTENCES.items())
        yield ""


def _schemas() -> Iterator[str]:
    yield "# Schemas of what auditor writes\n"
    yield MADE.format(of="the published schemas")
    yield "JSON Schema 2020-12; `auditor schema NAME` prints the same. How to use them: [read the JSON](../how-to/read-the-json.md).\n"
    yield from ("| document | schema | says |", "| --- | --- | --- |")
    for name in names():
        schema = json.loads(schema_text(name))
        says = (schema.get("description") or schema.get("title") or name).replace("``", "`")
        yield f"| `{name}` | [{name}{SUFFIX}](schemas/{name}{SUFFIX}) | {cell(says)} |"
    yield ""


def _tables() -> Iterator[str]:
    yield "# Tables of a snapshot\n"
    yield MADE.format(of="the declared tables")
    yield "What collectors write as Parquet and queries read. An instant is UTC in microseconds.\n"
    for table in sorted(TABLES.values(), key=lambda one: one.name):
        yield f"## {table.name}\n"
        yield f"{table.meaning[0].upper()}{table.meaning[1:]}.\n"
        yield from ("| column | type | unit | means |", "| --- | --- | --- | --- |")
        for one in table.columns:
            kind = f"{one.type} or null" if one.nullable else one.type
            says = f"{one.meaning}: {', '.join(one.values)}" if one.values else one.meaning
            yield f"| `{one.name}` | {kind} | {cell(one.unit)} | {cell(says)} |"
        yield ""
