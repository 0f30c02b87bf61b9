"""``auditor watch``."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import complete
from auditor.cli.engine_options import engine_options
from auditor.cli.exit_codes import ExitCode
from auditor.cli.key_options import SigningKey, key_options
from auditor.cli.options import CONFIG, QUIET, VERBOSE, narrate
from auditor.cli.outputs import check_folder
from auditor.core.watching import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.shell.engines import EngineChoice
    from auditor.shell.watch import Look, WatchEnd

BY_DECISION = {"continue": ExitCode.PASS, "rollback": ExitCode.GATE_NOT_MET}
CLEAR_LINE = "\r\x1b[K"


@click.command("watch")
@CONFIG
@click.option(
    "--profile",
    default="hybrid-routing-gates",
    show_default=True,
    shell_complete=complete.profiles,
    help="Profile of the policy pack; [watch] of auditor.toml names its rollback gate.",
)
@click.option("--policies", type=click.Path(path_type=Path), help="Policy pack; default: the shipped one.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path("watch.json"),
    show_default=True,
    help="File in which the watch remembers how far it came; one for each release and gate.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("bundles"),
    show_default=True,
    help="Folder that the bundle goes to when the gate fires.",
)
@click.option("--act", is_flag=True, help="Set off what [watch] says; without it a rollback is only told and sealed.")
@click.option(
    "--again",
    is_flag=True,
    help="You looked: what was set off before failed, or never ran, and may be set off once more.",
)
@click.option(
    "--evaluations", type=click.IntRange(min=1), metavar="N", help="Stop after N looks; default: until it fires."
)
@key_options
@engine_options
@QUIET
@VERBOSE
def command(
    config: Path,
    profile: str,
    policies: Path | None,
    state: Path,
    output: Path,
    key: SigningKey,
    engine: EngineChoice,
    evaluations: int | None,
    *,
    act: bool,
    again: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Decide the rollback gate again and again, and set off the rollback once.

    Every look collects the sources that the gate reads. The first rollback is recorded, its evidence sealed, and with
    --act the command or webhook of [watch] is set off: at most once, unless it failed and [watch] allows more attempts.

    Exit code: 1 the gate fired, 5 what was set off failed or nobody knows whether it ran, 0 or 3 what the last of
    --evaluations decided, 130 it was told to stop.
    """
    from auditor.adapters.watch.settings import read_settings  # noqa: PLC0415 - lazy
    from auditor.config import load_config, load_watch  # noqa: PLC0415 - lazy
    from auditor.shell.clock import utc_now  # noqa: PLC0415 - lazy
    from auditor.shell.engines import check_engine  # noqa: PLC0415 - lazy
    from auditor.shell.watch import WatchRequest, World, watch  # noqa: PLC0415 - lazy

    settings = read_settings(load_watch(config), config)
    checked = load_config(config)
    check_folder(output, "--output")
    check_engine(engine)
    request = WatchRequest(
        config=checked,
        settings=settings,
        profile=profile,
        policies=policies,
        engine=engine,
        signer=key.open(),
        output=output,
        state=state,
        act=act,
        again=again,
        evaluations=evaluations,
    )
    with _stop_signals() as stopped, _narrator(quiet=quiet, verbose=verbose) as say:
        end = watch(request, World(utc_now, stopped.wait, say))
    return _exit_code(end)


def _exit_code(end: WatchEnd) -> ExitCode:
    if end.watch.status in {Status.FAILED, Status.UNKNOWN, Status.ACTING}:
        return ExitCode.PART_FAILED
    if end.watch.status is not Status.WATCHING:
        return ExitCode.GATE_NOT_MET
    if end.stopped:
        return ExitCode.INTERRUPTED
    return BY_DECISION.get(end.decision or "", ExitCode.INCONCLUSIVE)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set: a look, or a rollback that was begun, is ended first."""
    stop = threading.Event()
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _narrator(*, quiet: bool, verbose: bool) -> Iterator[Callable[[Look], None]]:
    """Tell each look: on a terminal in one line that is written over, else where the decision changes."""
    line = sys.stderr.isatty() and not verbose and not quiet
    told: list[str] = []

    def say(look: Look) -> None:
        when = "" if look.as_of is None else f" as of {look.as_of:%Y-%m-%dT%H:%M:%SZ}"
        text = f"{look.at:%H:%M:%S} {look.decision}{when}: {look.words}"
        changed = [look.decision] != told[-1:]
        told.append(look.decision)
        if line and look.as_of is not None:
            sys.stderr.write(CLEAR_LINE + text[:118] + ("\n" if look.decision == "rollback" else ""))
            sys.stderr.flush()
        elif changed or verbose:
            narrate((CLEAR_LINE if line else "") + text, quiet=quiet)

    yield say
    if line and told:
        sys.stderr.write("\n")
