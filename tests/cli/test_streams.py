"""Standard output is data, standard error is narration; a bar and colours are for terminals; a flag beats the
environment, which beats the file.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest

from console import SCRIPT, script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Company, Said

    Run = Callable[..., Said]
    Companies = Callable[..., Company]

HANGS_S = 120
ESCAPE = "\x1b["


def until(descriptor: int, wanted: str) -> str:
    """Read a pseudo-terminal until it has shown ``wanted``; to its end when that is never."""
    shown = b""
    while wanted.encode() not in shown:
        assert select.select([descriptor], [], [], HANGS_S)[0], f"hangs after {shown!r}"
        try:
            part = os.read(descriptor, 1 << 16)
        except OSError:  # Linux says so when the other side is closed
            part = b""
        if not part:
            break
        shown += part
    return shown.decode()


def on_a_terminal(stream: str, arguments: list[object], wanted: str, env: dict[str, str]) -> tuple[int, str]:
    """Run a command whose ``stream`` is a terminal, interrupt it once that shows ``wanted``; return code and shown."""
    terminal, other = pty.openpty()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: other}
    try:
        with subprocess.Popen(
            [SCRIPT, *map(str, arguments)],
            env={**env, "TERM": "xterm-256color", "COLUMNS": "80"},
            stdin=subprocess.DEVNULL,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a job in the background ignores it
            **streams,
        ) as child:
            os.close(other)
            shown = until(terminal, wanted)
            if wanted in shown:
                child.send_signal(signal.SIGINT)
            shown += until(terminal, "(its end)")
        return child.returncode, shown
    finally:
        os.close(terminal)


def test_a_bar_moves_on_a_terminal(from_elsewhere: dict[str, str]) -> None:
    arguments = ["collect", "--config", "waiting.toml", "--output", "snapshot"]
    code, shown = on_a_terminal("stderr", arguments, "25 %", from_elsewhere)
    assert code == 130
    assert "collecting: one" in shown
    assert "auditor: interrupted" in shown


def test_a_bar_has_no_colours_when_none_are_wanted(from_elsewhere: dict[str, str]) -> None:
    arguments = ["collect", "--config", "waiting.toml", "--output", "snapshot", "--no-color"]
    _, shown = on_a_terminal("stderr", arguments, "25 %", from_elsewhere)
    _, colored = on_a_terminal("stderr", arguments[:-1], "25 %", from_elsewhere)
    color = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
    assert color.search(colored)
    assert not color.search(shown)


@pytest.mark.parametrize(("flag", "says"), [("--quiet", ""), ("--verbose", "collecting: requests\n")])
def test_no_bar_in_a_pipe(flag: str, says: str, company: Companies) -> None:
    at = ("--collected-at", "2025-01-14T12:05:00Z")
    done = script("collect", "--config", company().config, "--output", "snapshot", *at, flag)
    assert (done.code, done.out) == (0, "")
    assert says in done.err
    assert "%" not in done.err
    assert "\x1b" not in done.err
    assert (done.err == "") == (flag == "--quiet")


def test_narration_never_reaches_standard_output(company: Companies) -> None:
    at = ("--collected-at", "2025-01-14T12:05:00Z")
    done = script("collect", "--config", company().config, "--output", "snapshot", *at)
    assert done == type(done)(0, "", "snapshot: snapshot\n")


@pytest.mark.parametrize(
    ("arguments", "variable", "colored"),
    [([], {}, True), (["--no-color"], {}, False), ([], {"NO_COLOR": "1"}, False), ([], {"NO_COLOR": ""}, True)],
)
@pytest.mark.parametrize("command", ["evaluate", "doctor"])
def test_colours_are_for_terminals_that_want_them(
    command: str, arguments: list[str], variable: dict[str, str], *, colored: bool, company: Companies
) -> None:
    one = company()
    given = (
        one.arguments if command == "evaluate" else ["--key", str(one.key.private_path), "--config", str(one.config)]
    )
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variable
    code, shown = on_a_terminal("stdout", [command, *given, *arguments], "(never)", env)
    assert code == 0
    assert (f"{ESCAPE}32m" in shown) == colored, shown
    assert ("PASS" if command == "evaluate" else "OK") in shown


def test_no_colours_in_a_pipe(company: Companies) -> None:
    assert "\x1b" not in script("evaluate", *company().arguments).out


def test_a_terminal_breaks_no_word_of_an_error(place: Path) -> None:
    code, shown = on_a_terminal(
        "stderr", ["collect", "--output", "x", "--config", "absent.toml"], "(never)", {**os.environ}
    )
    assert code == 2
    assert "auditor: absent.toml: cannot be read (No such file or directory)\r\n" in shown
    long = "a-rather-long-name-of-a-folder/" * 2 + "auditor.toml"
    _, shown = on_a_terminal(
        "stderr", ["collect", "--quiet", "--output", "x", "--config", long], "(never)", {**os.environ}
    )
    assert long in shown
    assert max(map(len, shown.split("\r\n"))) <= 80, shown


def configure(place: Path, company: Company, section: str) -> Path:
    """Write an auditor.toml whose [evaluate] section is ``section``; return it."""
    path = place / "auditor.toml"
    path.write_text(company.config.read_text(encoding="utf-8") + f"\n[evaluate]\n{section}\n", encoding="utf-8")
    return path


def test_a_flag_beats_the_environment_which_beats_the_file(
    company: Companies, auditor: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company("slow_generation")
    configure(place, one, 'gate = "rollback"\nquiet = true')
    assert auditor("evaluate", *one.arguments).code == 0
    monkeypatch.setenv("AUDITOR_EVALUATE_GATE", "slo residency")
    monkeypatch.setenv("AUDITOR_EVALUATE_QUIET", "false")
    done = auditor("evaluate", *one.arguments)
    assert (done.code, "decided by gate slo alone (--gate); not counted: cost, rollback" in done.out) == (1, True)
    assert auditor("evaluate", *one.arguments, "--gate", "residency").code == 0


def test_paths_in_the_file_are_relative_to_it(
    company: Companies, auditor: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company()
    configure(place, one, f'key = "{one.key.private_path}"\noutput = "archive"')
    (place / "below").mkdir()
    monkeypatch.chdir(place / "below")
    assert auditor("evaluate", "--config", "../auditor.toml", "--snapshot", one.snapshot).code == 0
    assert len(list((place / "archive").iterdir())) == 1
    assert not list((place / "below").iterdir())


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ('gates = ["slo"]', "evaluate.gates: is no option of evaluate; nearest: gate"),
        ('config = "x"', "evaluate.config: is no option of evaluate"),
        ('collected_at = "2025-01-14T12:05:00Z"', "evaluate.collected_at: is no option of evaluate"),
        ("as_of = 2025-01-14T12:00:00", "has no time zone"),
        ('gate = ["slo", "sla"]', "--gate 'sla'"),
    ],
)
def test_a_wrong_section_is_refused(section: str, says: str, company: Companies, auditor: Run, place: Path) -> None:
    configure(place, company(), section)
    done = auditor("evaluate", *company().arguments)
    assert (done.code, says in done.err) == (2, True), done.err
