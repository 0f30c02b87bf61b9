"""Options, parsers and progress that several commands share."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMATS = ("json", "markdown")


class Instant(click.ParamType[datetime]):
    """An RFC 3339 instant with a time zone, given back in UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return ``value`` as an aware UTC datetime, or fail with what was expected."""
        if isinstance(value, datetime):
            return value
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant; expected e.g. 2025-01-14T12:00:00Z", param, ctx)
        if parsed.tzinfo is None:
            self.fail(f"{value!r} has no time zone; expected e.g. {value}Z", param, ctx)
        return parsed.astimezone(UTC)


class Output(click.ParamType[tuple[str, Path | None]]):
    """``FORMAT`` or ``FORMAT=PATH``; without a path it goes to standard output."""

    name = "format[=path]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path | None]:
        """Return (format, path or None)."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(\w+)(?:=(.*))?", value, flags=re.DOTALL)
        if match is None or match[1] not in FORMATS:
            self.fail(
                f"{value!r} is no output; expected one of {', '.join(FORMATS)}, as FORMAT or FORMAT=PATH", param, ctx
            )
        return match[1], Path(match[2]) if match[2] else None


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on standard error when it is a terminal; give back ``update(done, total, what)``."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total, _what: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - heavy

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def update(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=max(total, 1), description=f"{label}: {what}" if what else label)

        yield update


def narrate(message: str, *, quiet: bool = False) -> None:
    """Say something to the person on standard error."""
    if not quiet:
        click.echo(message, err=True)
