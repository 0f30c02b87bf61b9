"""Each way for something to go wrong has its exit code, says what and where, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.cli.exit_codes import ExitCode
from auditor.shipped import policies_dir
from console import SCRIPT, script

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Company, Said

    Run = Callable[..., Said]
    Companies = Callable[..., Company]

P95 = Path("controls/slo/p95_latency/p95_latency")
CONFLICT = 'decision := {"verdict": "pass"}\n\ndefault decision :='  # two values of one rule: an error at run time
PROFILE = Path("profiles/hybrid-routing-gates.toml")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a copy of the shipped pack that a test may change."""
    return shutil.copytree(policies_dir(), tmp_path / "pack")


def change(path: Path, before: str, after: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert before in content
    path.write_text(content.replace(before, after, 1), encoding="utf-8")


def test_a_changed_snapshot_is_refused_with_the_file(
    company: Companies, auditor: Run, tmp_path: Path, place: Path
) -> None:
    one = company()
    copy = shutil.copytree(one.snapshot, tmp_path / "changed")
    content = bytearray((copy / "requests.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "requests.parquet").write_bytes(content)
    done = auditor("evaluate", "--snapshot", copy, "--key", one.key.private_path)
    assert done.code == 5
    assert "requests.parquet: SHA-256" in done.err
    assert "collect again" in done.err
    assert not list(place.iterdir())


def test_a_folder_that_is_no_snapshot_is_told(company: Companies, auditor: Run, place: Path) -> None:
    done = auditor("evaluate", "--snapshot", place, "--key", company().key.private_path)
    assert (done.code, "snapshot.json: cannot be read" in done.err) == (5, True)


def test_a_stale_pack_names_every_file_that_changed(company: Companies, auditor: Run, pack: Path, place: Path) -> None:
    change(pack / P95.with_suffix(".sql"), "select", "select ")
    (pack / "controls" / "slo" / "more.rego").write_text("package controls.slo.more\n")
    done = auditor("evaluate", *company().arguments, "--policies", pack)
    assert done.code == 2
    assert f"{P95}.sql: changed since the pack was built" in done.err
    assert "controls/slo/more.rego: not in the lock" in done.err
    assert "auditor policy build" in done.err
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('control = "slo.p95_latency"', 'control = "slo.p95_latencies"', "unknown control 'slo.p95_latencies'"),
        ("latency_limit_us = 1_500_000", "", "parameter 'latency_limit_us' of control slo.p95_latency is missing"),
        ("latency_limit_us = 1_500_000", "latency_limit_us = 1.5", "is 1.5 (float), expected integer"),
        ("min_samples = 200", "min_sample = 200", "declares parameter 'min_sample'"),
    ],
)
@pytest.mark.usefixtures("opa")
def test_a_profile_that_binds_wrongly_is_refused_before_anything_is_collected(
    before: str, after: str, says: str, company: Companies, auditor: Run, pack: Path, place: Path
) -> None:
    change(pack / PROFILE, before, after)
    assert auditor("policy", "build", pack).code == 0
    key = company().key.private_path
    done = auditor("evaluate", "--config", "absent.toml", "--key", key, "--policies", pack)
    assert done.code == 2
    assert says in done.err
    assert "absent.toml" not in done.err
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("suffix", "before", "after", "code", "says"),
    [
        (".sql", "select *\n", "select nothing\n", 2, "p95_latency.sql"),
        (".sql", "select *\n", "select 1 //\n", 2, "p95_latency.sql"),
        (".rego", "default decision :=", CONFLICT, 5, "control slo.p95_latency, rows 0 to"),
    ],
)
@pytest.mark.usefixtures("opa")
def test_an_error_of_a_policy_author_names_the_control(
    suffix: str,
    before: str,
    after: str,
    code: int,
    says: str,
    company: Companies,
    auditor: Run,
    pack: Path,
    place: Path,
) -> None:
    change(pack / P95.with_suffix(suffix), before, after)
    assert auditor("policy", "build", pack).code == 0
    done = auditor("evaluate", *company().arguments, "--policies", pack)
    assert done.code == code, done.err
    assert says in done.err
    assert done.out == ""
    assert not list(place.iterdir())


def test_a_fault_that_nobody_expected_is_our_own(
    company: Companies, place: Path, from_elsewhere: dict[str, str]
) -> None:
    key = company().key.private_path
    done = script("evaluate", "--config", "faulty.toml", "--key", key, env=from_elsewhere)
    assert done.code == ExitCode.INTERNAL == 70
    assert "ZeroDivisionError: a fault of a collector from elsewhere" in done.err
    assert "internal error (ZeroDivisionError); please report" in done.err
    assert not (place / "bundles").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["evaluate", "collect"])
def test_an_interrupted_command_cleans_up(
    command: str, number: signal.Signals, company: Companies, place: Path, from_elsewhere: dict[str, str]
) -> None:
    key = company().key.private_path
    arguments = ["--key", key] if command == "evaluate" else ["--output", "snapshots/one"]
    before = {path.name for path in place.iterdir()}
    with subprocess.Popen(
        [SCRIPT, command, "--config", "waiting.toml", *arguments],
        env=from_elsewhere,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a job in the background ignores it
    ) as child:
        assert child.stderr is not None
        assert child.stderr.readline() == "it waits\n"
        child.send_signal(number)
        out, err = child.communicate()
    assert child.returncode == ExitCode.INTERRUPTED == 130
    assert "auditor: interrupted" in err
    assert "Traceback" not in err
    assert out == ""
    assert {path.name for path in place.rglob("*")} - before <= {"snapshots"}


def test_a_reader_that_goes_away_is_no_verdict() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        done = script("controls", "list", stdout=gone)
    assert done.code == ExitCode.PART_FAILED
    assert "Traceback" not in done.err


def test_a_standard_output_that_is_full_is_no_verdict() -> None:
    with Path("/dev/full").open("wb") as full:
        done = script("controls", "list", stdout=full)
    assert done.code == ExitCode.PART_FAILED
    assert done.err == "auditor: standard output: cannot be written (No space left on device)\n"


def test_keygen_never_writes_over_a_key(auditor: Run, place: Path) -> None:
    assert auditor("keygen").code == 0
    before = (place / "auditor-key.pem").read_bytes()
    done = auditor("keygen")
    assert (done.code, "exists; a key is never overwritten" in done.err) == (2, True)
    assert (place / "auditor-key.pem").read_bytes() == before


def test_demo_shows_a_failing_company_and_ends_well_unless_strict(auditor: Run, place: Path) -> None:
    done = auditor("demo", "--incident", "slow_cached", "--strict", "--verbose")
    assert done.code == 1
    assert "NO-GO" in done.out
    assert "collecting: cloudtrail" in done.err
    assert "verifying: deciding again" in done.err
    bundle = next((place / "auditor-demo" / "bundles").iterdir())
    assert f"auditor verify {bundle.relative_to(place)}" in done.err


def test_demo_refuses_an_unknown_incident_and_leaves_nothing(auditor: Run, place: Path) -> None:
    done = auditor("demo", "--incident", "meteor")
    assert (done.code, "unknown incident 'meteor'" in done.err) == (2, True)
    assert not list(place.iterdir())
