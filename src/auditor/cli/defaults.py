"""The ``[evaluate]`` section of auditor.toml as defaults of the command: a flag beats the environment, which beats it.

Rules kept here: a key is the long name of an option; an unknown one is refused with its nearest; a relative path is
relative to the file, as every path in it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import nearest
from auditor.errors import UsageError, raise_all

if TYPE_CHECKING:
    from pathlib import Path

NOT_IN_FILE = {"config", "help"}


def from_file(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    """Take defaults from the file that ``--config`` names, when it is there; an eager callback of that option."""
    del param
    if ctx.resilient_parsing or not value.is_file():
        return value
    from auditor.config import load_defaults  # noqa: PLC0415 - heavy

    options = _options(ctx.command)
    found: dict[str, Any] = {}
    problems = []
    for name, given in load_defaults(value).items():
        option = options.get(name)
        if option is None:
            problems.append(f"evaluate.{name}: is no option of evaluate{nearest(name, options)}")
        elif option.name is not None:
            found[option.name] = _resolved(option, given, value.resolve().parent)
    raise_all(UsageError, f"{value}: the configuration is refused", problems, remedy="correct the keys above")
    ctx.default_map = {**(ctx.default_map or {}), **found}
    return value


def _options(command: click.Command) -> dict[str, click.Option]:
    """Return the options that a file may give, by their long name with underscores."""
    return {
        spelling[2:].replace("-", "_"): option
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
        for spelling in option.opts
        if spelling.startswith("--") and spelling[2:] not in NOT_IN_FILE
    }


def _resolved(option: click.Option, given: Any, root: Path) -> Any:
    if isinstance(option.type, click.Path) and isinstance(given, str):
        return root / given
    if option.multiple and isinstance(given, str):
        return (given,)
    return given
