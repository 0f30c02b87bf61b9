"""``auditor baseline capture``: what it freezes of the example release, and what it refuses to freeze."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from auditor.cli.main import cli
from auditor.errors import AuditorError, CollectionError, UsageError
from auditor.estate.release import traffic
from auditor.estate.release.timeline import RUNS
from auditor.estate.release.writer import SEED, write_release
from auditor.shell.collect import collect

if TYPE_CHECKING:
    from pathlib import Path

PERIOD = ["--from", "2025-01-13T08:00:00Z", "--to", "2025-01-13T12:00:00Z"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("release")
    config = write_release(root / "sources", (traffic,), known=RUNS["before"])
    return collect(config, root / "snapshot", collected_at=RUNS["before"])


def captured(snapshot: Path, output: Path, *options: str) -> tuple[str, list[dict[str, Any]]]:
    arguments = ["baseline", "capture", "--snapshot", str(snapshot), "--output", str(output), *options]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False, catch_exceptions=False)
    return result.stdout.strip(), [json.loads(line) for line in output.read_text().splitlines()]


def refused(kind: type[AuditorError], snapshot: Path, output: Path, *options: str) -> str:
    with pytest.raises(kind) as raised:
        captured(snapshot, output, *options)
    return str(raised.value)


def test_it_freezes_what_the_example_froze(snapshot: Path, tmp_path: Path) -> None:
    """The example counts its baseline while it makes the requests: another way to the same numbers."""
    digest, lines = captured(snapshot, tmp_path / "b.jsonl", *PERIOD)
    assert digest == hashlib.sha256((tmp_path / "b.jsonl").read_bytes()).hexdigest()
    expected = traffic.files(RUNS["before"], (), SEED)["baseline.jsonl"].decode().splitlines()
    assert lines[1:] == [json.loads(line) for line in expected[1:]]


def test_its_header_names_the_snapshot_and_the_period(snapshot: Path, tmp_path: Path) -> None:
    _, lines = captured(snapshot, tmp_path / "b.jsonl", *PERIOD)
    assert lines[0] == {
        "baseline": 1,
        "snapshot": hashlib.sha256((snapshot / "snapshot.json").read_bytes()).hexdigest(),
        "collectedAt": "2025-01-14T07:50:00Z",
        "start": "2025-01-13T08:00:00Z",
        "end": "2025-01-13T12:00:00Z",
        "shares": sum("share" in line for line in lines),
        "values": sum("value" in line for line in lines[1:]),
    }


def test_other_limits_and_sources_can_be_frozen(snapshot: Path, tmp_path: Path) -> None:
    options = ["--from", "2025-01-13T09:00:00Z", "--to", "2025-01-13T10:00:00Z", "--latency-limit", "cached=250000"]
    _, lines = captured(snapshot, tmp_path / "b.jsonl", *options, "--request-source", "staging_requests")
    strata = {line["stratum"] for line in lines if line.get("share") == "within_250000us"}
    assert strata == {"cached/direct", "cached/mcp"}
    assert not any("1500000" in line.get("share", "") for line in lines)


def test_a_period_with_a_gap_is_no_baseline(snapshot: Path, tmp_path: Path) -> None:
    said = refused(
        CollectionError,
        snapshot,
        tmp_path / "b.jsonl",
        "--from",
        "2025-01-13T07:59:00Z",
        "--to",
        "2025-01-13T08:10:00Z",
    )
    assert said.startswith("6 of 66 slots of 10 s were not observed in full, the first at 1736755140 s")
    assert not (tmp_path / "b.jsonl").exists()


def test_an_observed_period_without_a_source_is_no_baseline(snapshot: Path, tmp_path: Path) -> None:
    said = refused(CollectionError, snapshot, tmp_path / "b.jsonl", *PERIOD, "--request-source", "nobody")
    assert "slots of 10 s were not observed" in said


def test_nothing_is_overwritten(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("kept")
    assert "cannot be written" in refused(UsageError, snapshot, tmp_path / "b.jsonl", *PERIOD)
    assert (tmp_path / "b.jsonl").read_text() == "kept"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2025-01-13T08:00:00Z", "2025-01-13T08:00:00Z", "no whole number of minutes"),
        ("2025-01-13T08:00:10Z", "2025-01-13T09:00:00Z", "no whole number of minutes"),
        ("2025-01-13T08:00:00Z", "2025-01-14T07:51:00Z", "after the collection"),
    ],
)
def test_periods_that_cannot_be_are_refused(snapshot: Path, tmp_path: Path, start: str, end: str, said: str) -> None:
    assert said in refused(UsageError, snapshot, tmp_path / "b.jsonl", "--from", start, "--to", end)


@pytest.mark.parametrize("limit", ["generation", "health_check=1", "generation=0", "generation=-1", "generation=x"])
def test_limits_that_cannot_be_are_refused(snapshot: Path, tmp_path: Path, limit: str) -> None:
    arguments = ["baseline", "capture", "--snapshot", str(snapshot), "--output", str(tmp_path / "b"), *PERIOD]
    result = CliRunner().invoke(cli, [*arguments, "--latency-limit", limit])
    assert result.exit_code != 0
    assert not (tmp_path / "b").exists()
