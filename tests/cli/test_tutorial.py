"""docs/tutorial/first-bundle.md as it stands, in its order; the session in the README is what its commands say."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from console import Said

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(
    r"^```sh\n(.*?)^```$", (ROOT / "docs/tutorial/first-bundle.md").read_text(), re.MULTILINE | re.DOTALL
)
LINES = "".join(BLOCKS).splitlines()
ENDS = {"auditor evaluate": 1, "auditor verify copy": 4}  # a gate is not met; somebody changed the verdict
SESSION = re.search(r"\n## One minute\n.*?\n```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def ends(line: str) -> int:
    """Return the exit code that the tutorial says a command has."""
    return next((code for begin, code in ENDS.items() if line.startswith(begin)), 0)


def said_by(line: str, place: Path, auditor: Callable[..., Said]) -> Said:
    """Run a line: the program in this process, because starting it each time takes a minute, all else by bash."""
    program, *words = shlex.split(line)
    if program != "auditor":
        done = subprocess.run(["bash", "-euc", line], check=False, capture_output=True, text=True)
        return Said(done.returncode, done.stdout, done.stderr)
    arguments = [
        found
        for word in words
        for found in (sorted(str(path.relative_to(place)) for path in place.glob(word)) if "*" in word else [word])
    ]
    return auditor(*arguments)


def test_the_tutorial_ends_in_an_archive_and_the_session_in_the_readme_is_real(
    place: Path, auditor: Callable[..., Said]
) -> None:
    heard: dict[str, list[str]] = {}
    for line in LINES:
        said = said_by(line, place, auditor)
        assert said.code == ends(line), (line, said.err)
        heard[line] = [one.rstrip() for one in (said.out + said.err).splitlines()]
    assert len(LINES) > 12
    assert any("sound: 1 bundle(s)" in one for one in heard[LINES[-1]])
    assert SESSION
    told = SESSION[1].splitlines()
    assert sum(one.startswith("$ ") for one in told) >= 4
    line = ""
    for one in told:
        if one.startswith("$ "):
            line = one[2:]
            assert line in heard
        elif one.strip(" .") and not one.startswith("# "):
            likely = re.compile(".*".join(re.escape(part) for part in one.rstrip().split("...")))
            assert any(likely.fullmatch(given) for given in heard[line]), (line, one)
