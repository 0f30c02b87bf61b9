"""Options, parsers and progress that several commands share."""

from __future__ import annotations

import difflib
import shutil
import sys
import textwrap
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FORMATS = (
    "checklist",
    "checklist-json",
    "code-quality",
    "csv",
    "github-annotations",
    "github-summary",
    "html",
    "json",
    "junit",
    "markdown",
    "oscal",
    "sarif",
)
# Formats that are a folder of files.
FOLDERS = frozenset({"oscal"})

QUIET = click.option("--quiet", is_flag=True, help="Say nothing but errors; data that was asked for is still written.")
VERBOSE = click.option("--verbose", is_flag=True, help="Say each step on standard error, on no terminal too.")
NO_COLOR = click.option("--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same.")
CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("auditor.toml"),
    show_default=True,
    help="Sources and scope.",
)


class Instant(click.ParamType[datetime]):
    """An RFC 3339 instant with a time zone, given back in UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return ``value`` as an aware UTC datetime, or fail with what was expected."""
        try:
            parsed = value if isinstance(value, datetime) else datetime.fromisoformat(value)  # TOML has instants
        except (TypeError, ValueError):
            self.fail(f"{value!r} is no instant; expected e.g. 2025-01-14T12:00:00Z", param, ctx)
        if parsed.tzinfo is None:
            self.fail(f"'{value}' has no time zone; expected e.g. {parsed.isoformat()}Z", param, ctx)
        return parsed.astimezone(UTC)


class Output(click.ParamType[tuple[str, Path | None]]):
    """``FORMAT`` or ``FORMAT=PATH``; without a path it goes to standard output."""

    name = "format[=path]"

    def __init__(self, formats: tuple[str, ...] = FORMATS) -> None:
        self._formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path | None]:
        """Return (format, path or None)."""
        if isinstance(value, tuple):
            return value
        name, equals, path = value.partition("=")
        if name not in self._formats:
            self.fail(
                f"{value!r} is no output; expected one of {', '.join(self._formats)}, as FORMAT or FORMAT=PATH",
                param,
                ctx,
            )
        if equals and not path:
            self.fail(f"{value!r} has no path after '='; expected e.g. {name}=verdict.{name}", param, ctx)
        if name in FOLDERS and not path:
            self.fail(f"{value!r} is a folder of files; expected {name}=FOLDER", param, ctx)
        return name, Path(path) if path else None

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Complete the formats."""
        del ctx, param
        return [CompletionItem(name) for name in self._formats if name.startswith(incomplete)]


@contextmanager
def progress_bar(
    label: str, *, quiet: bool = False, verbose: bool = False, no_color: bool = False
) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on standard error when it is a terminal; give back ``update(done, total, what)``.

    ``verbose`` says each new ``what`` on a line of its own instead.
    """
    if quiet or verbose or not sys.stderr.isatty():
        said: list[str] = []

        def say(_done: int, _total: int, what: str) -> None:
            if verbose and what and what not in said[-1:]:
                said.append(what)
                narrate(f"{label}: {what}", quiet=quiet)

        yield say
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - heavy
    from rich.table import Column  # noqa: PLC0415 - heavy

    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True, no_color=no_color or None)
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task(label, total=None)

        def update(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=max(total, 1), description=f"{label}: {what}" if what else label)

        yield update


def narrate(message: str, *, quiet: bool = False) -> None:
    """Say something to the person on standard error."""
    if not quiet:
        click.echo(message, err=True)


def fit(text: str, stream: TextIO, indent: str = "  ") -> str:
    """Return ``text`` so that a terminal breaks no word of it; what is no terminal gets it as it is."""
    if not stream.isatty():
        return text
    width = max(shutil.get_terminal_size().columns, 40)
    return "\n".join(
        part
        for line in text.split("\n")
        for part in textwrap.wrap(
            line,
            width,
            subsequent_indent=" " * (len(line) - len(line.lstrip())) + indent,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        )
        or [""]
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``; nearest: ...`` with the known names most like ``name``, or nothing."""
    found = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; nearest: {', '.join(found)}" if found else ""
