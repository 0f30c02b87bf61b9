"""A company's folder of sources to collect, what comes of it, and the limits of a machine to collect it under."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from auditor.adapters.snapshot.reader import open_snapshot
from auditor.errors import AuditorError, CollectionError
from auditor.shell.collect import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COLLECTED_AT = datetime(2025, 1, 14, 12, 0, tzinfo=UTC)
COLUMNS = {
    "event_time": {"column": "t", "unit": "rfc3339"},
    "request_id": {"column": "id"},
    "route": {"column": "route", "values": {"d": "direct", "m": "mcp"}},
    "kind": {"column": "kind", "values": {"gen": "generation", "hit": "cached"}},
    "outcome": {"column": "status", "values": {"200": "ok", "500": "error"}},
    "latency": {"column": "ms", "unit": "ms"},
}
PEAK = """
import resource, sys
from pathlib import Path

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count the process that started this one, up to exec
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

from auditor.cli.main import run
code = run(["collect", "--quiet", "--config", sys.argv[1], "--output", sys.argv[2],
            "--collected-at", "2025-01-14T12:00:00Z"])
print(peak())
sys.exit(code)
"""


def request(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Return one request; a member that is changed to ``...`` is left out."""
    one = {"t": "2025-01-14T10:00:00Z", "id": f"r{number}", "route": "d", "kind": "gen", "status": 200, "ms": 12}
    return {name: value for name, value in (one | changes).items() if value is not ...}


def jsonl(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


class Site:
    """A folder with an ``auditor.toml`` and its files; snapshots go to the folder ``out``."""

    def __init__(self, root: Path, out: Path | None = None) -> None:
        self.root = root / "company"
        self.root.mkdir()
        self.out = out or root / "out"
        self.out.mkdir(exist_ok=True)
        self.config = self.root / "auditor.toml"
        self.config.write_text('[scope]\nsystem = "s"\nenvironment = "e"\nrelease = "r"\n')

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, source: str, kind: str, **options: Any) -> None:
        table = {"kind": kind, **options}
        with self.config.open("a") as file:
            file.write(f"[sources.{json.dumps(source)}]\n")
            file.writelines(f"{name} = {toml(value)}\n" for name, value in table.items())

    def requests(self, *files: str, form: str = "jsonl", **columns: Any) -> None:
        """Declare the requests; ``columns`` change the mapping, and ``...`` leaves one out."""
        mapping = {name: one for name, one in (COLUMNS | columns).items() if one is not ...}
        self.source("requests", "requests", files=list(files), format=form, columns=mapping)

    def snapshot(self, name: str = "snapshot", **options: Any) -> Path:
        return collect(self.config, self.out / name, collected_at=COLLECTED_AT, **options)

    def collected(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every table of a new snapshot, which its reader accepts."""
        tables = open_snapshot(self.snapshot()).tables
        return {name: pq.read_table(path, partitioning=None).to_pylist() for name, path in tables.items()}

    def refused(self, kind: type[AuditorError] = CollectionError, **options: Any) -> str:
        """Return what a person reads; nothing is left behind."""
        with pytest.raises(kind) as raised:
            self.snapshot(**options)
        assert type(raised.value) is kind
        assert list(self.out.iterdir()) == []
        return str(raised.value)

    def measured(self) -> tuple[int, str, int]:
        """Collect in a process of its own; return its exit code, what it said, and its peak of memory in bytes."""
        arguments = [sys.executable, "-c", PEAK, str(self.config), str(self.out / "snapshot")]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=300)
        return done.returncode, done.stderr, int(done.stdout)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Take root's right to read and write everything from this thread, and give it back."""
    if os.geteuid() != 0:
        yield
        return
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux can take root's rights for a while")
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    if libc.capget(header, held):
        pytest.skip("the rights of this process cannot be read")
    less = (ctypes.c_uint32 * 6)(*held)
    less[0] &= ~0b110  # effective: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    assert libc.capset(header, less) == 0
    try:
        yield
    finally:
        assert libc.capset(header, held) == 0


@contextlib.contextmanager
def disk_of(size: int, folder: Path) -> Iterator[Path]:
    """Mount a disk of ``size`` bytes at ``folder``."""
    folder.mkdir()
    mount = shutil.which("mount")
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or mount is None:
        pytest.skip("only root on Linux can mount a small disk")
    arguments = [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(arguments, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def during(change: Callable[[], object]) -> Callable[[int, int, str], None]:
    """Return a progress function that makes a change once the files were inspected, before their rows are read."""

    def progress(done: int, total: int, _: str) -> None:
        if done == total:
            change()

    return progress
