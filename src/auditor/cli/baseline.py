"""``auditor baseline capture``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import QUIET, Instant, narrate

if TYPE_CHECKING:
    from datetime import datetime

LIMITS = ("generation=1500000", "cached=300000")


@click.group("baseline")
def command() -> None:
    """Freeze what was measured before a deployment, to compare with afterwards."""


class Limit(click.ParamType[tuple[str, int]]):
    """KIND=MICROSECONDS."""

    name = "kind=us"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return kind and limit, or fail with what was expected."""
        from auditor.tables.traffic import REQUEST_KINDS  # noqa: PLC0415 - lazy

        if isinstance(value, tuple):
            return value
        kind, _, limit = value.partition("=")
        kinds = [one for one in REQUEST_KINDS if one != "health_check"]
        if kind not in kinds or not limit.isascii() or not limit.isdigit() or not 0 < int(limit) < 1 << 53:
            self.fail(f"{value!r}: expected one of {', '.join(kinds)}, =, and a number of microseconds", param, ctx)
        return kind, int(limit)


@command.command("capture")
@click.option(
    "--snapshot", type=click.Path(path_type=Path), required=True, help="Snapshot that was collected of the period."
)
@click.option("--from", type=Instant(), required=True, help="Start of the period, a whole minute.")
@click.option("--to", type=Instant(), required=True, help="Its end (exclusive), a whole minute.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File to write; must not exist.")
@click.option(
    "--request-source", multiple=True, default=("requests",), show_default=True,
    help="Source of requests, by its name in auditor.toml; repeatable.",
)  # fmt: skip
@click.option(
    "--latency-limit", type=Limit(), multiple=True, default=LIMITS, show_default=True,
    help="Freeze the share of requests of a kind that are within a latency; repeatable.",
)  # fmt: skip
@QUIET
def capture(
    snapshot: Path,
    output: Path,
    request_source: tuple[str, ...],
    latency_limit: tuple[tuple[str, int], ...],
    *,
    quiet: bool,
    **period: datetime,
) -> int:
    """Freeze throughput, errors, latencies, cache hits, durations and costs of a period into one file.

    Name the file as a source of kind captured_baseline, with the SHA-256 that is printed.
    """
    from auditor.shell.baseline import capture as freeze  # noqa: PLC0415 - lazy

    done = freeze(
        snapshot,
        output,
        start=period["from"],
        end=period["to"],
        request_sources=request_source,
        latency_limits_us=dict(latency_limit),
    )
    for said in done.said:
        narrate(said, quiet=quiet)
    narrate(f"{done.shares} shares and {done.values} values: {done.path}", quiet=quiet)
    click.echo(done.sha256)
    return 0
