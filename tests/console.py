"""The installed command, as a person or a pipeline runs it, and collectors that another distribution brings."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.adapters.signing.keys import GeneratedKey

SCRIPT = Path(sys.executable).with_name("auditor")
COLLECTORS = """
import sys
import time

import pyarrow as pa

from auditor.collector import Batch


class Faulty:
    def check(self, options):
        return []

    def collect(self, options, context):
        raise ZeroDivisionError("a fault of a collector from elsewhere")


class Waiting(Faulty):
    def collect(self, options, context):
        context.progress(1, 4)
        print("it waits", file=sys.stderr, flush=True)
        time.sleep(600)
        yield
"""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Company:
    """A collected example."""

    config: Path
    snapshot: Path
    key: GeneratedKey

    @property
    def arguments(self) -> list[str]:
        return ["--snapshot", str(self.snapshot), "--key", str(self.key.private_path)]


def script(*arguments: object, **options: Any) -> Said:
    """Run the real console script."""
    command = [str(SCRIPT), *map(str, arguments)]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    done = subprocess.run(command, text=True, check=False, **options)
    return Said(done.returncode, done.stdout or "", done.stderr or "")
