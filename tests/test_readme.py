"""What the README says of commands, exit codes and the environment is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from auditor.cli.exit_codes import ExitCode
from auditor.cli.main import COMMANDS, cli

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under ``heading``, without its head."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def commands() -> dict[str, click.Command]:
    """Return every command that can be given, with its full name."""
    context = click.Context(cli)
    found: dict[str, click.Command] = {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": one for below, one in command.commands.items()}
        else:
            found[name] = command
    return found


def test_every_exit_code_is_told() -> None:
    assert [int(code) for code, _ in rows("Exit codes")] == sorted(ExitCode)


def test_the_help_tells_every_exit_code() -> None:
    told = re.findall(r"(?<=[ ,])(\d+) [a-z]", re.sub(r"\s+", " ", (cli.help or "").split("Exit codes:")[1]))
    assert sorted(map(int, told)) == sorted(ExitCode)


def test_every_command_is_told() -> None:
    told = [re.sub(r"`auditor ([a-z -]+)`", r"\1", cell) for cell, _ in rows("Commands")]
    assert told == sorted(commands())


def test_the_list_of_commands_says_what_they_are() -> None:
    assert all(summary.endswith(".") for summary, _ in COMMANDS.values())
    assert list(COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize(("name", "command"), commands().items())
def test_the_environment_names_each_option_as_the_command_line_does(name: str, command: click.Command) -> None:
    """``AUDITOR_COMMAND_OPTION``: click makes it from the name of the parameter."""
    del name
    options = [one for one in command.params if isinstance(one, click.Option) and one.allow_from_autoenv]
    for option in options:
        long = [one[2:].replace("-", "_") for one in option.opts if one.startswith("--")]
        assert not long or option.name in long


@pytest.mark.parametrize("command", commands().values(), ids=commands())
def test_every_option_has_help(command: click.Command) -> None:
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_every_option_that_the_readme_names_exists() -> None:
    known = {
        spelling
        for one in commands().values()
        for option in one.params
        for spelling in (*option.opts, *option.secondary_opts)
    } | {"--help"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README))
    assert named
    assert named <= known
