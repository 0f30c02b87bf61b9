"""``auditor evaluate``: exit codes, gates, outputs, and what is refused before anything is done."""

from __future__ import annotations

import json
import os
import resource
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from junitparser import JUnitXml

from auditor.cli.exit_codes import ExitCode, worst
from console import script

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Company, Said

    Run = Callable[..., Said]
    Companies = Callable[..., Company]

GATES = ("slo", "residency", "cost", "rollback")


def bundles(place: Path) -> list[Path]:
    return sorted(place.glob("bundles/*"))


@pytest.mark.parametrize(
    ("incident", "code", "says"),
    [
        ("", 0, "PASS: every gate is met"),
        ("slow_generation", 1, "FAIL: at least one gate is not met"),
        ("trail_gap", 3, "INCONCLUSIVE: the evidence does not decide every gate"),
    ],
)
def test_the_installed_command_ends_as_the_gates_say(
    incident: str, code: int, says: str, company: Companies, place: Path
) -> None:
    done = script("evaluate", *company(incident).arguments)
    assert done.code == code, done.err
    assert says in done.out
    (bundle,) = bundles(place)
    assert f"bundle: bundles/{bundle.name}" in done.err
    assert not done.err.startswith("auditor:")


def test_collecting_and_deciding_in_one_command(company: Companies, auditor: Run, place: Path) -> None:
    one = company()
    key = one.key.private_path
    done = auditor("evaluate", "--config", one.config, "--key", key, "--collected-at", "2025-01-14T12:05:00Z")
    assert done.code == 0, done.err
    assert "as of 2025-01-14T12:05:00Z" in done.out
    assert len(bundles(place)) == 1


@pytest.mark.parametrize(
    ("incident", "gates", "code", "says"),
    [
        ("slow_generation", ["slo"], 1, "Exit code 1, decided by gate slo alone (--gate); not counted: residency"),
        ("slow_generation", ["residency"], 0, "Exit code 0, decided by gate residency alone"),
        ("slow_generation", ["residency", "slo"], 1, "Exit code 1, decided by gate slo alone"),
        ("slow_generation", [], 1, "Exit code 1, decided by gate slo\n"),
        ("trail_gap", ["residency"], 3, "Exit code 3, decided by gate residency alone"),
        ("trail_gap", ["slo", "rollback"], 0, "Exit code 0, decided by gates slo, rollback alone"),
        ("trail_gap", GATES, 3, "Exit code 3, decided by gate residency\n"),
    ],
)
def test_the_exit_code_is_that_of_the_named_gates(
    incident: str, gates: list[str], code: int, says: str, company: Companies, auditor: Run
) -> None:
    done = auditor("evaluate", *company(incident).arguments, *(part for one in gates for part in ("--gate", one)))
    assert (done.code, says in done.out) == (code, True), done.out


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (["pass", "pass"], 0),
        (["pass", "inconclusive"], 3),
        (["inconclusive", "fail", "pass"], 1),
        (["not_applicable", "fail"], 1),
        (["not_applicable"], 3),
        (["not_applicable", "pass"], 3),
        ([], 3),
    ],
)
def test_nothing_decided_is_never_a_pass(verdicts: list[str], code: int) -> None:
    assert worst(verdicts) is ExitCode(code)


def test_an_unknown_gate_is_told_before_anything_is_collected(company: Companies, auditor: Run, place: Path) -> None:
    key = company().key.private_path
    (place / "auditor.toml").write_text("this is not TOML to anyone who reads it later")
    done = auditor("evaluate", "--config", "nowhere.toml", "--key", key, "--gate", "slo", "--gate", "residancy")
    assert done.code == 2
    assert "'residancy'" in done.err
    assert "nearest: residency" in done.err
    assert "it has: slo, residency, cost, rollback" in done.err


def test_every_format_to_a_file_beside_the_table(company: Companies, auditor: Run, place: Path) -> None:
    names = {"json": "v.json", "junit": "v.xml", "markdown": "v.md"}
    outputs = [part for name, file in names.items() for part in ("-o", f"{name}={file}")]
    done = auditor("evaluate", *company("slow_generation").arguments, *outputs)
    assert done.code == 1
    assert "NO-GO" in done.out
    (bundle,) = bundles(place)
    decisions = (bundle / "data" / "decisions.json").read_bytes()
    assert Path("v.json").read_bytes() == decisions + b"\n"
    assert Path("v.md").read_bytes() == (bundle / "data" / "report" / "report.md").read_bytes()
    suites = JUnitXml.fromfile("v.xml")
    assert [suite.name.split(":")[0] for suite in suites] == list(GATES)
    assert suites.tests == len(json.loads(decisions)["findings"])
    assert (suites.failures, suites.errors) == (2, 0)
    assert f'value="{bundle.name}"' in Path("v.xml").read_text(encoding="utf-8")
    assert sorted(path.name for path in place.iterdir()) == ["bundles", "v.json", "v.md", "v.xml"]


def test_a_format_without_a_path_is_all_that_standard_output_gets(company: Companies) -> None:
    done = script("evaluate", *company().arguments, "-o", "json", "-o", "markdown=v.md")
    assert done.code == 0
    assert json.loads(done.out)["result"] == "pass"
    assert "Exit code 0" in done.err
    assert Path("v.md").read_text(encoding="utf-8").startswith("# PASS")


def test_an_output_replaces_a_file_whole_and_follows_its_link(company: Companies, auditor: Run, place: Path) -> None:
    real = place / "real.json"
    real.write_text("old")
    Path("link.json").symlink_to(real)
    assert auditor("evaluate", *company().arguments, "--quiet", "-o", "json=link.json").code == 0
    assert Path("link.json").is_symlink()
    assert json.loads(real.read_bytes())["result"] == "pass"


def test_a_device_is_written_to_and_not_replaced(company: Companies, auditor: Run) -> None:
    before = Path(os.devnull).stat()
    assert auditor("evaluate", *company().arguments, "-o", f"json={os.devnull}").code == 0
    assert os.path.samestat(before, Path(os.devnull).stat())


def test_a_full_device_leaves_the_sealed_bundle_and_is_not_a_verdict(company: Companies, place: Path) -> None:
    done = script("evaluate", *company().arguments, "-o", "json=/dev/full")
    assert done.code == 5
    (bundle,) = bundles(place)
    assert "-o json=/dev/full: cannot be written (No space left on device)" in done.err
    assert f"the verdict is sealed in {bundle.relative_to(place)}" in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "yaml"], "expected one of checklist, checklist-json, code-quality"),
        (["-o", "json="], "has no path after '='"),
        (["-o", "json", "-o", "markdown"], "more than one format would go to standard output"),
        (["-o", "json=x", "-o", "markdown=./x"], "two formats would go to one file"),
        (["-o", "json=no/folder/x"], "no/folder cannot be written to (No such file or directory)"),
        (["-o", "json=file/x"], "file cannot be written to (Not a directory)"),
        (["-o", "json=."], "a folder, expected a file"),
        (["--output", "file/bundles"], "--output file/bundles:"),
        (["--as-of", "yesterday"], "is no instant; expected e.g. 2025-01-14T12:00:00Z"),
        (["--as-of", "2025-01-14T12:00:00"], "has no time zone; expected e.g. 2025-01-14T12:00:00Z"),
        (["--as-of", "2025-01-14T12:00:03Z"], "is not on a 10 s boundary"),
        (["--as-of", "2999-01-14T12:00:00Z"], "lies after the collection"),
        (["--key", "absent.pem"], "absent.pem: the signing key cannot be read (No such file or directory)"),
        (["--key", "file"], "file: no unencrypted PEM private key"),
        (["--config", "absent.toml"], "absent.toml: cannot be read (No such file or directory)"),
        (["--profile", "hybrid"], "no such profile; the pack has: eu-compliance, hybrid-routing-gates"),
        (["--policies", "absent"], "pack.lock: cannot be read (No such file or directory)"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_mistake_is_told_with_its_remedy_and_leaves_nothing(
    arguments: list[str], says: str, company: Companies, auditor: Run, place: Path
) -> None:
    (place / "file").write_text("no key")
    one = company()
    given = ["--config", one.config, "--key", one.key.private_path, *arguments]
    done = auditor("evaluate", *given)
    assert done.code == 2, done
    assert says in done.err
    assert done.out == ""
    assert [path.name for path in place.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_told_first(company: Companies, auditor: Run, place: Path) -> None:
    (place / "locked").mkdir(mode=0o500)
    for arguments in (["--output", "locked/b"], ["-o", "json=locked/v.json"]):
        done = auditor("evaluate", *company().arguments, *arguments)
        assert (done.code, "Permission denied" in done.err) == (2, True)


def test_a_disk_that_fills_while_sealing_leaves_no_bundle(company: Companies, place: Path) -> None:
    limited = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1000, 1000))
    done = script("evaluate", *company().arguments, preexec_fn=limited)
    assert done.code == 5
    assert "sealing failed (File too large); no bundle was left behind" in done.err
    assert done.out == ""
    assert not list(place.iterdir())


def test_a_key_that_others_may_read_is_used_and_told(company: Companies, auditor: Run, place: Path) -> None:
    one = company()
    key = place / "open.pem"
    key.write_bytes(one.key.private_path.read_bytes())
    key.chmod(0o644)
    done = auditor("evaluate", "--snapshot", one.snapshot, "--key", key)
    assert done.code == 0
    assert f"others may read this secret; chmod 600 {key}" in done.err
