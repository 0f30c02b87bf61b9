"""A push that is killed at any instant leaves whole objects or none; pushed again, it ends as if it had not been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archives import KEPT, ORIGIN, make_kept
from auditor.adapters.archive.directory import INCOMING, DirectoryStore
from auditor.shell.archive_audit import audit
from s3 import LEAST_PART, make_store
from sealed import forge

if TYPE_CHECKING:
    from auditor.adapters.archive.store import ObjectStore

TESTS = Path(__file__).parents[1]
KILLS = int(os.environ.get("AUDITOR_TEST_KILLS", "3"))


@pytest.mark.parametrize("kind", ["directory", "s3"])
def test_a_push_may_be_killed_at_any_instant(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = make_kept(tmp_path)
    kept.sealed.path("data/report/large.bin").write_bytes(os.urandom(3 * LEAST_PART))
    forge(kept.sealed)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    endpoint = request.getfixturevalue("s3_endpoint") if kind == "s3" else ""
    leaves = {ORIGIN: kept.leaves(str(kept.check(kept.sealed.root).statement))}
    chance = random.Random(20260301)  # noqa: S311 - instants, no secrets
    killed = 0
    for number in range(KILLS):
        store: ObjectStore = DirectoryStore(tmp_path / f"archive-{number}")
        reference = str(tmp_path / f"archive-{number}")
        if kind == "s3":
            bucket = make_store(endpoint)
            store, reference = bucket, f"s3://{bucket.bucket}/kept"
        killed += _killed([reference, endpoint, str(tmp_path)], chance.uniform(0, 0.6) if number else 0.0)
        between = audit(store, kept.check, KEPT, leaves) if kind == "s3" or Path(reference).exists() else None
        assert between is None or {one.kind for one in between.problems} <= {"missing", "retention"}
        kept.push(store)
        done = audit(store, kept.check, KEPT, leaves)
        assert (done.problems, done.looked_at) == ([], 3)
        if kind == "directory":
            assert list((tmp_path / f"archive-{number}" / INCOMING).iterdir()) == []
    assert killed


def _killed(arguments: list[str], after_s: float) -> bool:
    """Push in another process and kill it ``after_s`` seconds after it began; say whether it was killed."""
    command = [sys.executable, str(TESTS / "archive_pusher.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as pusher:
        assert pusher.stdout is not None
        assert pusher.stderr is not None
        said = pusher.stdout.readline()
        time.sleep(after_s)
        pusher.send_signal(signal.SIGKILL)
        complaint = pusher.stderr.read().decode()
    assert said == b"ready\n", complaint
    assert pusher.returncode in {-signal.SIGKILL, 0}, complaint
    return pusher.returncode != 0
