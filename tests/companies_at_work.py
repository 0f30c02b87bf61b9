"""Programs at work for a company, in processes of their own; the company's clock is served to them on the loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from company import Company, collected, make_company
from trusting import signed
from tsa import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent


class Workplace:
    """A company with its trust policy on disk, and the address of its clock."""

    def __init__(self, company: Company, clock: str) -> None:
        self.company, self.clock = company, clock
        (company.root / "trust.json").write_bytes(signed(company.trust().policy, company.owner))

    def begin(self, what: str, *arguments: object) -> subprocess.Popen[str]:
        """Start a program of ``company_worker`` and wait until it is ready; it waits for ``go``."""
        command = [sys.executable, str(TESTS / "company_worker.py"), what, str(self.company.root), self.clock]
        environment = os.environ | {"PYTHONPATH": str(TESTS)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen([*command, *map(str, arguments)], text=True, env=environment, **pipes)
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        return process

    def begin_run(self) -> subprocess.Popen[str]:
        """Start an evaluation."""
        snapshot, as_of, _ = collected()
        return self.begin("run", snapshot, as_of.isoformat())

    def begin_sign_off(self, bundle: Path, who: str, role: str) -> subprocess.Popen[str]:
        """Start a sign-off of the run in ``bundle``."""
        return self.begin("sign-off", bundle, who, role)


def go(process: subprocess.Popen[str]) -> None:
    """Let a program begin."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> str:
    """Return what a program made."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out.strip()


def killed(process: subprocess.Popen[str], after_s: float) -> str:
    """Kill a program ``after_s`` seconds after it begins; return what it said it made, if it came so far."""
    go(process)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate()
    assert process.returncode in {-signal.SIGKILL, 0}, err
    return out.strip()


def seconds(process: subprocess.Popen[str]) -> float:
    """Return how long a program takes when nobody kills it."""
    begun = time.perf_counter()
    go(process)
    ended(process)
    return time.perf_counter() - begun


@contextmanager
def workplace(root: Path) -> Iterator[Workplace]:
    """Found a company in the new folder ``root``, and serve its clock."""
    company = make_company(root)
    with serving(company.tsa.respond) as clock:
        yield Workplace(company, clock)
