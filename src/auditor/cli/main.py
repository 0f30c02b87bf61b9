"""The command line: the only part that prints and exits.

Rules kept here: standard output is data, standard error is narration; a command is imported when it is called, so that
``--help`` stays quick; every deliberate error ends in its own exit code and an uncaught one in 70, never 1.
"""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
from typing import NoReturn

import click

from auditor import __version__
from auditor.cli.exit_codes import ExitCode
from auditor.cli.options import fit
from auditor.errors import AuditorError, VerificationError

COMMANDS = {
    "adjudicate": ("Sign that a trigger that fired was a false positive.", "auditor.cli.adjudicate"),
    "admit": ("Answer whether a release may pass a gate on a bundle.", "auditor.cli.admit"),
    "archive": ("Keep bundles for years: push, list, audit, restore.", "auditor.cli.archive"),
    "aws": ("Prepare AWS to be asked: the permissions of the auditor's role.", "auditor.cli.aws"),
    "backtest": ("Show what a changed policy would have decided of past runs.", "auditor.cli.backtest"),
    "baseline": ("Freeze what was measured before a deployment.", "auditor.cli.baseline"),
    "collect": ("Snapshot the sources of an auditor.toml into Parquet.", "auditor.cli.collect"),
    "completion": ("Print the completion script of a shell.", "auditor.cli.completion"),
    "controls": (
        "List the controls of a policy pack, show one whole, or what they bear on.",
        "auditor.cli.controls",
    ),
    "demo": ("Run the whole job on a shipped example, with incidents to switch on.", "auditor.cli.demo"),
    "diff": ("Show what changed between two sealed runs.", "auditor.cli.diff"),
    "doctor": ("Say what is installed, reachable or missing, and what to do.", "auditor.cli.doctor"),
    "evaluate": ("Decide a profile and seal the signed evidence bundle.", "auditor.cli.evaluate"),
    "explain": ("Explain how a line was decided, and what would have passed.", "auditor.cli.explain"),
    "help": ("Say what the name of a refusal or reason means, or show a command's help.", "auditor.cli.help"),
    "init": ("Write a commented auditor.toml to start from.", "auditor.cli.init"),
    "key": ("Look at keys: files, in AWS KMS, on PKCS#11 tokens.", "auditor.cli.key"),
    "keygen": ("Make a development signing key.", "auditor.cli.keygen"),
    "ledger": ("Keep a ledger of every run and statement, check it, and prove what is in it.", "auditor.cli.ledger"),
    "new": ("Write the files that a new control begins with.", "auditor.cli.new"),
    "pack": ("Pack a bundle into its canonical tar.", "auditor.cli.pack"),
    "pii": ("Test how a system handles personal data, on a labelled corpus.", "auditor.cli.pii"),
    "policy": ("Build, check and test policy packs.", "auditor.cli.policy"),
    "pseudonyms": ("Keep the pseudonyms of persons, export what is held on one, erase one.", "auditor.cli.pseudonyms"),
    "records": ("Check the records of a controller, and print their JSON Schemas.", "auditor.cli.records"),
    "release": ("Follow a release: open it, see what it waits for, close it.", "auditor.cli.release"),
    "report": ("Show a sealed run again, in any format.", "auditor.cli.report"),
    "schema": ("Print the JSON Schema of what auditor writes.", "auditor.cli.schema"),
    "serve": ("Browse an archive of bundles, read-only, on this machine.", "auditor.cli.serve"),
    "sign-off": ("Ask a person to sign off a line, and sign it.", "auditor.cli.sign_off"),
    "trust": ("Say who may sign what, and what is approved where.", "auditor.cli.trust"),
    "unpack": ("Unpack the canonical tar of a bundle.", "auditor.cli.unpack"),
    "verify": ("Check a bundle and decide it again, offline.", "auditor.cli.verify"),
    "waive": ("Accept a failing finding for a time, by two people.", "auditor.cli.waive"),
    "watch": ("Decide the rollback gate again and again, and set off the rollback once.", "auditor.cli.watch"),
}


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


class LazyGroup(click.Group):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][1]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table above."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][0]) for name in sorted(COMMANDS)])


@click.group(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "auto_envvar_prefix": "AUDITOR",
    },
)
@click.version_option(__version__, prog_name="auditor")
def cli() -> None:
    """Decide a production deployment on measured, signed, re-executable evidence.

    Exit codes: 0 pass or verified, 1 a gate not met, 2 usage or configuration, 3 inconclusive,
    4 tampered or mismatched, 5 a source, engine or needed part failed, 70 our own fault, 130 interrupted.

    Each option can be given in the environment, as AUDITOR_COMMAND_OPTION (AUDITOR_EVALUATE_PROFILE=...); a flag beats
    the environment, which beats the [evaluate] section of auditor.toml.
    """


def main() -> NoReturn:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job cleans up as after Ctrl-C
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        _abandon_output()  # else Python says so again at exit, with a code of its own
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code."""
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except OSError as error:
        where = error.filename or "standard output"
        click.echo(f"auditor: {where}: cannot be written ({error.strerror})", err=True)
        return ExitCode.PART_FAILED
    return code


def _invoke(arguments: list[str]) -> int:  # noqa: PLR0911 - one return for each way to end
    try:
        return int(cli.main(arguments, prog_name="auditor", standalone_mode=False) or 0)
    except AuditorError as error:
        more = f"\n  what that means: `auditor help {error.code}`" if isinstance(error, VerificationError) else ""
        click.echo(fit(f"auditor: {error}{more}", sys.stderr), err=True)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("auditor: interrupted", err=True)
        return ExitCode.INTERRUPTED
    except SystemExit as error:  # click's own: a completion was answered (0), or the reader of a pipe went away (1)
        return ExitCode.PART_FAILED if error.code else ExitCode.PASS
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:  # a full disk is the world's fault
            raise
        import traceback  # noqa: PLC0415 - only here

        traceback.print_exc()
        click.echo(f"auditor: internal error ({type(error).__name__}); please report the lines above", err=True)
        return ExitCode.INTERNAL


def _abandon_output() -> None:
    """Let nothing more be written to a standard output that takes nothing more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
