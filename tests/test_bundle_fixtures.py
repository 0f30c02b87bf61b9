"""Bundles of every format that was ever written: no later version may refuse one, or decide it otherwise."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console import Said, script

if TYPE_CHECKING:
    from collections.abc import Iterator

BUNDLES = Path(__file__).parent / "fixtures" / "bundles"
FORMATS = sorted(one.name for one in BUNDLES.iterdir() if one.is_dir())
RELYING = ("--trust", "trust.sigstore.json", "--trust-owner", "owner.pub", "--ledger", "ledger")
AGAIN = "decided again to the same bytes"


@pytest.fixture(params=FORMATS)
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a copy of a fixture, and a memory of trust policies that is empty."""
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    copied = shutil.copytree(BUNDLES / request.param, tmp_path / "fixture")
    yield copied
    assert sorted(one.name for one in copied.iterdir()) == sorted(
        one.name for one in (BUNDLES / request.param).iterdir()
    )


def verify(folder: Path, *arguments: str) -> Said:
    return script("verify", "bundle.tar", *arguments, cwd=folder)


def test_the_first_format_is_kept() -> None:
    assert "v1" in FORMATS
    assert "BagIt" in (BUNDLES / "v1" / "bundle.tar").read_bytes().decode("latin-1")


def test_it_verifies_with_the_key_alone(folder: Path) -> None:
    done = verify(folder, "--key", "run-key.pub")
    assert (done.code, AGAIN in done.out, "VERIFIED" in done.out) == (0, True, True), done.err


def test_it_verifies_under_the_trust_policy_with_its_ledger(folder: Path) -> None:
    done = verify(folder, *RELYING)
    assert (done.code, AGAIN in done.out, "filed in ledger" in done.out) == (0, True, True), done.err
    assert "UNAPPROVED" not in done.out


def test_it_holds_what_people_signed(folder: Path) -> None:
    assert script("unpack", "bundle.tar", "bundle", cwd=folder).code == 0
    unpacked = folder / "bundle"
    tables = json.loads(next(unpacked.rglob("data/evidence/tables.json")).read_bytes())
    shutil.rmtree(unpacked)
    assert len(tables["tables"]["waivers"]) == 1


def test_it_is_not_verified_against_another_ledger_or_key(folder: Path) -> None:
    shutil.copy(folder / "ledger" / "checkpoints" / "3", folder / "ledger" / "checkpoint")
    done = verify(folder, "--no-replay", *RELYING)
    assert (done.code, "[ledger-" in done.err) == (4, True), done.err
    done = verify(folder, "--no-replay", "--key", "owner.pub")
    assert (done.code, "[key-unknown]" in done.err) == (4, True), done.err


def test_it_is_small() -> None:
    for name in FORMATS:
        assert sum(one.stat().st_size for one in (BUNDLES / name).rglob("*") if one.is_file()) < 1_500_000


def test_no_key_travels_with_it(folder: Path) -> None:
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert not [one for one in files if b"PRIVATE KEY" in one.read_bytes()]
