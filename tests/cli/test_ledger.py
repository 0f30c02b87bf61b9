"""``auditor ledger``, as those who keep, check and witness one use it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.core.leaves import Leaf
from auditor.core.refusals import REFUSALS
from auditor.shell.ledger import file_statement
from ledgers import ORIGIN, World, make_world
from sealed import make_sealed
from tsa import make_tsa, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said


@pytest.fixture
def world(place: Path) -> World:
    world = make_world(place)
    world.filled()
    return world


KEY = ("--origin", ORIGIN, "--ledger-key", "ledger-key.pem.pub")


def test_it_is_made_filled_and_checked(place: Path, auditor: Callable[..., Said]) -> None:
    generate_key(place / "key.pem")
    said = auditor("ledger", "init", "ledger", "--origin", ORIGIN, "--ledger-key", "key.pem")
    assert said.code == 0
    assert f"verifier key: {ORIGIN}+" in said.out
    said = auditor("ledger", "verify", "ledger", "--origin", ORIGIN, "--ledger-key", "key.pem.pub")
    assert (said.code, said.err) == (0, "")
    assert f"checkpoint 0 leaves of {ORIGIN}" in said.out
    assert "no anchor and no witness" in said.out
    assert auditor("ledger", "init", "ledger", "--origin", ORIGIN, "--ledger-key", "key.pem").code == 2


def test_it_shows_what_ran_and_what_never_ended(world: World, auditor: Callable[..., Said]) -> None:
    lines = auditor("ledger", "show", "ledger").out.splitlines()
    assert lines[0] == f"{ORIGIN}: 6 leaves, NOT VERIFIED"
    assert lines[1].endswith("closed by 1")
    assert lines[2].endswith("closes 0")
    assert lines[6].endswith("OPEN")
    lines = auditor("ledger", "show", "ledger", "--release", "r2").out.splitlines()
    assert len(lines) == 2
    told = json.loads(auditor("ledger", "show", "ledger", "--json").out)
    assert [leaf["closedBy"] for leaf in told["leaves"]] == [1, None, None, 4, None, None]
    assert Leaf.model_validate({name: told["leaves"][0][name] for name in Leaf.model_fields}) == world.view().leaves[0]


def test_a_refusal_is_named_and_exits_4(world: World, auditor: Callable[..., Said]) -> None:
    (world.path / "entries" / "000000000005.json").unlink()
    said = auditor("ledger", "verify", "ledger", *KEY)
    assert said.code == 4
    assert "[ledger-truncated]" in said.err
    assert "what to do" in said.err


def test_an_open_run_is_abandoned_once(world: World, auditor: Callable[..., Said]) -> None:
    given = ("--reason", "the runner was shut down", "--key", "author.pem", "--ledger-key", "ledger-key.pem")
    said = auditor("ledger", "abandon", "ledger", 5, *given)
    assert (said.code, said.out) == (0, "leaf 6 closes leaf 5: abandoned\n")
    assert auditor("ledger", "verify", "ledger", *KEY).code == 0
    said = auditor("ledger", "abandon", "ledger", 5, *given)
    assert said.code == 2
    assert "which leaf 6 has closed" in said.err
    for wrong in (2, 99):
        said = auditor("ledger", "abandon", "ledger", wrong, *given)
        assert said.code == 2
        assert "expected run-started" in said.err
    assert auditor("ledger", "abandon", "ledger", 5, "--reason", "", *given[2:]).code == 2
    assert len(world.view().leaves) == 7


def test_a_proof_is_checked_without_the_ledger(world: World, auditor: Callable[..., Said], place: Path) -> None:
    shutil.copy(world.path / "checkpoints" / "2", place / "anchor")
    digest = world.view().leaves[2].statement
    said = auditor("ledger", "prove", "ledger", digest, *KEY, "--anchor", "anchor", "--output", "one.tlog-proof")
    assert (said.code, said.out) == (0, "")
    shown = auditor("ledger", "prove", "ledger", digest, *KEY, "--anchor", "anchor")
    assert shown.out.encode() == (place / "one.tlog-proof").read_bytes()
    shutil.rmtree(world.path)
    said = auditor("ledger", "verify", "--proof", "one.tlog-proof", *KEY, "--anchor", "anchor")
    assert said.code == 0
    assert "PROVED     leaf 2: sign-off" in said.out
    assert "anchor     extends the checkpoint of 2 leaves" in said.out
    content = (place / "one.tlog-proof").read_bytes()
    (place / "one.tlog-proof").write_bytes(content.replace(b"\nindex 2\n", b"\nindex 3\n"))
    said = auditor("ledger", "verify", "--proof", "one.tlog-proof", *KEY)
    assert said.code == 4
    assert "[ledger-proof-invalid]" in said.err


def test_a_bundle_is_proved_by_its_folder_and_its_envelope(
    world: World, auditor: Callable[..., Said], place: Path
) -> None:
    (place / "made").mkdir()
    sealed = make_sealed(place / "made")
    attestation = sealed.root / "attestations" / "run.sigstore.json"
    said = auditor("ledger", "prove", "ledger", sealed.root, *KEY)
    assert said.code == 2
    assert "no leaf holds the statement" in said.err
    envelope = world.path / "statements" / f"{world.view().leaves[1].statement}.sigstore.json"
    assert auditor("ledger", "prove", "ledger", envelope, *KEY).code == 0
    shutil.copy(envelope, attestation)
    assert auditor("ledger", "prove", "ledger", sealed.root, *KEY).out.startswith("c2sp.org/tlog-proof@v1\n")


def test_filing_a_statement_twice_changes_nothing(world: World) -> None:
    envelope = world.view().envelope(world.view().leaves[1].statement)
    again = file_statement(world.path, envelope, world.signer, closes=0)
    assert (again.sequence, again.new) == (1, False)


def test_a_checkpoint_is_dated_by_a_time_stamp_authority(
    world: World, auditor: Callable[..., Said], place: Path
) -> None:
    tsa = make_tsa(datetime(2026, 3, 1, 12, tzinfo=UTC))
    (place / "root.pem").write_text(tsa.root.pem)
    with serving(tsa.respond) as url:
        said = auditor("ledger", "stamp", "ledger", *KEY, "--tsa", url)
    assert (said.code, said.out) == (0, "checkpoint of 6 leaves: timestamped\n")
    said = auditor("ledger", "verify", "ledger", *KEY, "--tsa-root", "root.pem")
    assert said.code == 0
    assert "time       6 leaves were there at 2026-03-01T12:00:00Z" in said.out
    (place / "root.pem").write_text(make_tsa(tsa.now).root.pem)
    said = auditor("ledger", "verify", "ledger", *KEY, "--tsa-root", "root.pem")
    assert (said.code, "[timestamp-untrusted]" in said.err) == (4, True)


def test_a_time_stamp_authority_that_is_away_changes_nothing(world: World, auditor: Callable[..., Said]) -> None:
    said = auditor("ledger", "stamp", "ledger", *KEY, "--tsa", "http://127.0.0.1:9/tsa")
    assert said.code == 5
    assert world.view().token(6) is None


def test_a_witness_cosigns_what_extends_what_it_saw(world: World, auditor: Callable[..., Said], place: Path) -> None:
    generate_key(place / "witness.pem")
    (place / "own").mkdir()
    given = ("--name", "witness.example/a", "--key", "witness.pem", "--seen", "own/seen", "--output", "note")
    trusted = ("--witness", "witness.example/a=witness.pem.pub", "--witnesses", "1")
    said = auditor("ledger", "witness", "ledger", *KEY, *given)
    assert said.code == 2
    assert "is not there" in said.err
    assert auditor("ledger", "witness", "ledger", *KEY, *given, "--first").code == 0
    assert auditor("ledger", "witness", "ledger", *KEY, *given, "--first").code == 2
    said = auditor("ledger", "verify", "ledger", *KEY, *trusted)
    assert (said.code, "[ledger-unwitnessed]" in said.err) == (4, True)
    said = auditor("ledger", "cosign", "ledger", "note", *KEY, *trusted[:2])
    assert (said.code, said.out) == (0, "checkpoint of 6 leaves: cosigned by witness.example/a\n")
    said = auditor("ledger", "verify", "ledger", *KEY, *trusted)
    assert said.code == 0
    assert "witness    witness.example/a, 20" in said.out
    said = auditor("ledger", "cosign", "ledger", "ledger/checkpoints/5", *KEY, *trusted[:2])
    assert (said.code, "[ledger-cosignature-invalid]" in said.err) == (4, True)


def test_a_witness_never_signs_a_second_history(world: World, auditor: Callable[..., Said], place: Path) -> None:
    generate_key(place / "witness.pem")
    (place / "own").mkdir()
    given = ("--name", "witness.example/a", "--key", "witness.pem", "--seen", "own/seen", "--output", "note")
    copy = place / "copy"
    shutil.copytree(world.path, copy)
    world.append(world.started(7))
    assert auditor("ledger", "witness", "ledger", *KEY, *given, "--first").code == 0
    (place / "note").unlink()
    said = auditor("ledger", "witness", "copy", *KEY, *given)
    assert (said.code, "[ledger-truncated]" in said.err) == (4, True)
    fork = World(copy, world.signer, world.author)
    fork.append(fork.started(8))
    said = auditor("ledger", "witness", "copy", *KEY, *given)
    assert (said.code, "[ledger-forked]" in said.err) == (4, True)
    assert not (place / "note").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "ledger", "--proof", "x", *KEY),
        ("verify", *KEY),
        ("verify", "--proof", "x", *KEY, "--tsa-root", "x"),
        ("verify", "ledger", *KEY, "--tsa-root", "nowhere"),
        ("stamp", "ledger", *KEY, "--tsa", "nowhere"),
        ("verify", "ledger", *KEY, "--witness", "nobody"),
        ("verify", "ledger", *KEY, "--witnesses", "1"),
        ("verify", "ledger", "--origin", ORIGIN, "--ledger-key", "nowhere.pub"),
        ("verify", "ledger", *KEY, "--anchor", "nowhere"),
        ("verify", "nowhere", *KEY),
        ("prove", "ledger", "nowhere", *KEY),
        ("prove", "ledger", "0" * 64, *KEY),
        ("show", "nowhere"),
    ],
)
def test_usage(world: World, auditor: Callable[..., Said], arguments: tuple[str, ...]) -> None:
    said = auditor("ledger", *arguments)
    assert said.code == 2
    assert not any(f"[{name}]" in said.err for name in REFUSALS)
