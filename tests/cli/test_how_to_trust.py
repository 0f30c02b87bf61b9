"""The page on keys and trust: its commands run, in its order, and come to what it says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.core.refusals import REFUSALS
from auditor.estate import write_estate

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from console import Said

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keys-and-trust.md"
FUNCTION, *BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
LINES = "".join(BLOCKS).replace("\\\n", " ").splitlines()
ROTATION = re.findall(r"^```sh\n(.*?)^```$", PAGE.with_name("rotate-a-key.md").read_text(), re.MULTILINE | re.DOTALL)


def expanded(line: str, place: Path) -> str:
    """Let bash put in what ``$(...)`` gives, with the page's own function."""
    return re.sub(
        r"\$\((.*?)\)",
        lambda found: subprocess.run(
            ["bash", "-euc", f"{FUNCTION}\n{found[1]}"], cwd=place, check=True, capture_output=True, text=True
        ).stdout.strip(),
        line,
    )


def done(line: str, place: Path, auditor: Callable[..., Said]) -> Said:
    """Do what a line of a page says, and see that it works."""
    command, _, target = expanded(line, place).partition(" > ")
    program, *arguments = shlex.split(command)
    assert program == "auditor"
    said = auditor(*arguments)
    assert said.code == 0, (line, said.err)
    if target:
        (place / target).write_text(said.out)
    return said


def test_every_command_of_the_page_works_in_its_order(
    place: Path, tmp_path: Path, auditor: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in this process, because starting one for each takes a minute."""
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    shutil.copyfile(write_estate(tmp_path / "estate").config, place / "auditor.toml")
    for line in LINES:
        done(line, place, auditor)
    assert len(LINES) > 20
    for pinned in ("owner.pem.pub", "bert.pem.pub"):
        last = auditor("trust", "check", "trust.json", "--owner", pinned).out
        for expected in (
            "Anna Owner: revoked from",
            "Pia Product: revoked from 2026-01-01T00:00:00Z on (token lost)",
            "Bert Owner, owner: valid",
            "never one person: product and security",
            "profiles: hybrid-routing-gates",
            "VERIFIED",
            "nobody is product, who must sign slo.p95_generation",
        ):
            assert expected in last


def test_a_key_is_rotated_as_its_page_says(
    place: Path, tmp_path: Path, auditor: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the part of the other page that enrols the first key of the pipeline."""
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    enrolled = next(number for number, line in enumerate(LINES) if "--enrolment runner.json" in line)
    rotation = "".join(ROTATION).replace("\\\n", " ").splitlines()
    last = [done(line, place, auditor).out for line in (*LINES[: enrolled + 1], *rotation)][-1]
    (ended,) = re.findall(r"^key \w+ \(machine\): revoked from .* \(rotated\)", last, re.MULTILINE)
    (valid,) = re.findall(r"^key \w+ \(machine\): valid .* as runner$", last, re.MULTILINE)
    assert ended != valid


def test_every_refusal_that_the_page_names_is_one() -> None:
    named = set(re.findall(r"`(trust-(?!policy)[a-z-]+)`", PAGE.read_text()))
    assert named == {"trust-rollback", "trust-fork"}
    assert named <= set(REFUSALS)
