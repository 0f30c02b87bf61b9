"""The manual pages, section 1, one for each command: man/*.1, as they go into the wheel.

Rules kept here: click-man writes the pages; what it takes for granted of a text is made so first, that no line of it is
taken for a request of roff. They bear the version and no date, so the same program gives the same bytes.
Source: groff_man_style(7), man(7).
"""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click_man.man import ManPage

import auditor
from auditor.cli.main import COMMANDS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[2] / "man"


def manual_pages() -> dict[str, str]:
    """Return each page by its file name."""
    return {f"{context.command_path.replace(' ', '-')}.1": page(context) for context in contexts(cli, "auditor", None)}


def contexts(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    """Yield the context of a command and of all below it, hidden ones excepted."""
    context = click.Context(command, info_name=name, parent=parent)
    yield context
    for inner, found in inner_commands(context):
        yield from contexts(found, inner, context)


def inner_commands(context: click.Context) -> list[tuple[str, click.Command]]:
    """Return the commands of a group by name; none of what is no group."""
    group = context.command
    if not isinstance(group, click.Group):
        return []
    named = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    return [(name, command) for name, command in named if command is not None and not command.hidden]


def page(context: click.Context) -> str:
    """Return the page of one command."""
    command = context.command
    made = ManPage(context.command_path)
    made.version = f"auditor {auditor.__version__}"
    made.date = ""
    made.short_help = text(summary(context))
    made.synopsis = " ".join(command.collect_usage_pieces(context))
    made.description = text(cleandoc(command.help or ""))
    records = [one.get_help_record(context) for one in command.get_params(context) if isinstance(one, click.Option)]
    made.options = [(switches, text(said)) for switches, said in filter(None, records)]
    made.commands = [
        (name.replace("-", r"\-"), text(summary(click.Context(inner, info_name=name, parent=context))))
        for name, inner in inner_commands(context)
    ]
    path = context.command_path
    pages_below = (f"See \\fB{path}-", "See \\fB" + path.replace(" ", r"\-") + r"\-")
    return str(made).replace(".SH COMMANDS\n.PP\n", ".SH COMMANDS\n").replace(*pages_below)


def summary(context: click.Context) -> str:
    """Return what a command does: the line of the list of commands, else the first sentence of its help."""
    listed = COMMANDS.get(context.info_name or "") if context.parent and context.parent.parent is None else None
    first = " ".join((context.command.help or "").partition("\n\n")[0].split()).partition(". ")[0]
    return (listed[0] if listed else first).rstrip(".")


def text(said: str) -> str:
    r"""Return ``said`` so that roff prints it as it is: ``\e`` is a backslash, ``\-`` a minus, ``\&`` begins no request."""
    escaped = said.replace("\\", r"\e").replace("--", r"\-\-")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))
