"""Whoever tampers with a ledger is refused by name; what only an outside anchor or witness shows is shown by it."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.adapters.ledger import layout
from auditor.adapters.ledger.checking import LedgerTrust, check_tree, checkpoint_times, verify_ledger
from auditor.adapters.ledger.note_keys import (
    cosign,
    key_of,
    ledger_key,
    open_checkpoint,
    sign_checkpoint,
    witness_key,
)
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import sign
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.core.canonical import sha256_hex
from auditor.core.checkpoint import Checkpoint
from auditor.core.merkle import leaf_hash, root
from auditor.core.note import COSIGNATURE, NoteSignature
from auditor.core.refusals import REFUSALS
from auditor.errors import UsageError, VerificationError
from ledgers import ORIGIN, World, make_world
from tsa import make_tsa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.adapters.signing.sslib import Signer


def refusal(world: World, anchor: bytes | None = None, trust: LedgerTrust | None = None) -> str:
    with pytest.raises(VerificationError) as caught:
        verify_ledger(read_ledger(world.path), trust or world.trust, anchor)
    assert caught.value.code in REFUSALS
    return caught.value.code


def entry(world: World, sequence: int) -> Path:
    return world.path / layout.entry(sequence)


def resign(world: World, size: int) -> None:
    """Do what the ledger's key can do when it lies: sign whatever the entries now are, and keep nothing else."""
    contents = [entry(world, number).read_bytes() for number in range(size)]
    signed = sign_checkpoint(Checkpoint(ORIGIN, size, root([leaf_hash(one) for one in contents])), world.signer)
    shutil.rmtree(world.path / layout.CHECKPOINTS)
    (world.path / layout.CHECKPOINTS).mkdir()
    for name in (layout.CHECKPOINT, layout.kept(size)):
        (world.path / name).write_bytes(signed.note.content())


def swap(one: Path, other: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def edit(world: World, path: str, old: bytes, new: bytes) -> None:
    content = (world.path / path).read_bytes()
    assert old in content
    (world.path / path).write_bytes(content.replace(old, new))


def link(path: Path) -> None:
    moved = path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(moved)


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


TAMPERED: list[tuple[str, Callable[[World], object], str]] = [
    ("a leaf edited", lambda w: edit(w, layout.entry(2), b'"r1"', b'"r9"'), "ledger-root-mismatch"),
    (
        "a leaf in another form",
        lambda w: edit(w, layout.entry(2), b'{"closes"', b'{ "closes"'),
        "ledger-leaf-malformed",
    ),
    ("a leaf of another kind", lambda w: edit(w, layout.entry(2), b"sign-off", b"sign-on"), "ledger-leaf-malformed"),
    (
        "a leaf with a member twice",
        lambda w: edit(w, layout.entry(2), b"{", b'{"closes":null,'),
        "ledger-leaf-malformed",
    ),
    ("a sign-off that closes", lambda w: edit(w, layout.entry(2), b"null", b"0"), "ledger-leaf-malformed"),
    ("two leaves swapped", lambda w: swap(entry(w, 0), entry(w, 3)), "ledger-root-mismatch"),
    ("a leaf twice", lambda w: shutil.copy(entry(w, 2), entry(w, 3)), "ledger-root-mismatch"),
    ("a leaf gone", lambda w: entry(w, 2).unlink(), "ledger-malformed"),
    ("the tail gone", lambda w: entry(w, 5).unlink(), "ledger-truncated"),
    ("a name of no leaf", lambda w: entry(w, 5).with_name("6.json").write_bytes(b""), "ledger-malformed"),
    ("a leaf that is a link", lambda w: link(entry(w, 2)), "ledger-malformed"),
    ("a leaf that is a pipe", lambda w: fifo(entry(w, 2)), "ledger-malformed"),
    ("a leaf without end", lambda w: entry(w, 2).write_bytes(b" " * (65 << 10)), "ledger-malformed"),
    ("no entries", lambda w: shutil.rmtree(w.path / layout.ENTRIES), "ledger-malformed"),
    ("no checkpoint", lambda w: (w.path / layout.CHECKPOINT).unlink(), "ledger-malformed"),
    ("an empty checkpoint", lambda w: (w.path / layout.CHECKPOINT).write_bytes(b""), "ledger-checkpoint-malformed"),
    ("a smaller size", lambda w: edit(w, layout.CHECKPOINT, b"\n6\n", b"\n5\n"), "ledger-signature-invalid"),
    (
        "the origin file",
        lambda w: (w.path / layout.ORIGIN).write_bytes(b"audit.example/other\n"),
        "ledger-origin-mismatch",
    ),
    ("an origin of two lines", lambda w: (w.path / layout.ORIGIN).write_bytes(b"a\nb\n"), "ledger-malformed"),
    ("an origin that is no text", lambda w: (w.path / layout.ORIGIN).write_bytes(b"\xff\n"), "ledger-malformed"),
    (
        "an older checkpoint in place of the latest",
        lambda w: shutil.copy(w.path / layout.kept(5), w.path / layout.CHECKPOINT),
        "ledger-truncated",
    ),
    (
        "a kept checkpoint under another size",
        lambda w: shutil.copy(w.path / layout.kept(4), w.path / layout.kept(3)),
        "ledger-malformed",
    ),
    ("a foreign kept file", lambda w: (w.path / layout.CHECKPOINTS / "x").write_bytes(b""), "ledger-malformed"),
]


@pytest.mark.parametrize(("name", "tamper", "wanted"), TAMPERED, ids=[one[0] for one in TAMPERED])
def test_tampering_is_refused_by_name(world: World, name: str, tamper: Callable[[World], object], wanted: str) -> None:
    world.filled()
    tamper(world)
    assert refusal(world) == wanted


def test_a_statement_that_is_gone_or_another(world: World) -> None:
    leaves = world.filled()
    path = world.path / layout.statement(leaves[2].statement)
    content = path.read_bytes()
    path.unlink()
    assert refusal(world) == "ledger-statement-missing"
    path.write_bytes(world.said(comment="another").envelope)
    assert refusal(world) == "ledger-statement-mismatch"
    path.write_bytes(content[:-2])
    assert refusal(world) == "attestation-malformed"
    path.write_bytes(content)
    verify_ledger(world.view(), world.trust)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_no_byte_of_leaves_checkpoints_or_origin_can_change(world: World, data: st.DataObject) -> None:
    if not world.view().leaves:
        world.filled()
    names = [
        layout.CHECKPOINT,
        layout.ORIGIN,
        *(layout.entry(n) for n in range(6)),
        *(layout.kept(n) for n in range(7)),
    ]
    path = world.path / data.draw(st.sampled_from(names))
    content = path.read_bytes()
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
    try:
        assert refusal(world).startswith("ledger-")
    finally:
        path.write_bytes(content)


def test_a_cut_tail_shows_against_an_anchor_alone(world: World) -> None:
    world.filled()
    anchor = (world.path / layout.CHECKPOINT).read_bytes()
    shutil.copy(world.path / layout.kept(4), world.path / layout.CHECKPOINT)
    for number in (4, 5):
        entry(world, number).unlink()
    for size in (5, 6):
        (world.path / layout.kept(size)).unlink()
    assert len(verify_ledger(world.view(), world.trust).leaves) == 4  # nothing inside tells
    assert refusal(world, anchor) == "ledger-truncated"


def test_a_fork_by_the_ledgers_own_key_shows_against_an_anchor(world: World) -> None:
    world.append(world.started(1))
    anchor = world.append(world.started(2)).checkpoint
    other = world.started(7)
    (world.path / layout.statement(other.leaf.statement)).write_bytes(other.envelope)
    entry(world, 1).write_bytes(other.leaf.content())
    resign(world, 2)
    assert verify_ledger(world.view(), world.trust).anchored is None
    assert refusal(world, anchor) == "ledger-forked"


def test_a_kept_checkpoint_is_an_anchor_too(world: World) -> None:
    world.append(world.started(1))
    kept = world.append(world.started(2)).checkpoint
    other = world.started(7)
    (world.path / layout.statement(other.leaf.statement)).write_bytes(other.envelope)
    entry(world, 1).write_bytes(other.leaf.content())
    entry(world, 2).write_bytes(world.started(8).leaf.content())
    resign(world, 3)
    (world.path / layout.kept(2)).write_bytes(kept)
    assert refusal(world) == "ledger-forked"


def test_an_honest_anchor_holds(world: World) -> None:
    world.append(world.started(1))
    anchor = (world.path / layout.CHECKPOINT).read_bytes()
    world.append(world.started(2))
    assert verify_ledger(world.view(), world.trust, anchor).anchored == 1


def test_what_the_ledgers_key_signs_must_still_make_sense(world: World) -> None:
    """The key of the ledger does not make a lie of leaves true."""
    leaves = world.filled()
    entry(world, 5).write_bytes(leaves[2].content())
    resign(world, 6)
    assert refusal(world) == "ledger-statement-repeated"
    entry(world, 5).write_bytes(leaves[4].model_copy(update={"statement": "d" * 64}).content())
    resign(world, 6)
    assert refusal(world) == "ledger-closes-wrong"
    entry(world, 5).write_bytes(leaves[5].model_copy(update={"release": "r1"}).content())
    resign(world, 6)
    assert refusal(world) == "ledger-leaf-contradicts"


@pytest.mark.parametrize("payload", [b'{"_type":"a","_type":"b"}', b'{"_type":NaN}', b"[1,"])
def test_a_statement_that_is_no_strict_json_is_refused(world: World, payload: bytes) -> None:
    """Whatever digest the leaf has: two readers could take two things from it."""
    leaves = world.filled()
    leaf = leaves[5].model_copy(update={"statement": sha256_hex(payload)})
    (world.path / layout.statement(leaf.statement)).write_bytes(sign(payload, world.author))
    entry(world, 5).write_bytes(leaf.content())
    resign(world, 6)
    assert refusal(world) == "statement-malformed"


def test_the_hashes_of_a_ledger_are_not_printed(world: World) -> None:
    world.filled()
    found = verify_ledger(world.view(), world.trust)
    assert len(found.hashes) == len(found.leaves) == 6
    assert "hashes" not in repr(found)


def test_another_ledger_and_another_key(world: World, tmp_path: Path) -> None:
    world.filled()
    (tmp_path / "other").mkdir()
    other = make_world(tmp_path / "other")
    assert refusal(world, trust=other.trust) == "ledger-signature-invalid"
    assert refusal(world, trust=LedgerTrust(key_of("audit.example/else", world.signer))) == "ledger-origin-mismatch"
    foreign = sign_checkpoint(Checkpoint("audit.example/else", 0, root([])), world.signer).note.content()
    assert refusal(world, foreign) == "ledger-origin-mismatch"
    assert refusal(world, (other.path / layout.CHECKPOINT).read_bytes()) == "ledger-signature-invalid"


@pytest.fixture
def witnesses(tmp_path: Path) -> list[Signer]:
    made = []
    for number in range(2):
        generate_key(tmp_path / f"witness-{number}.pem")
        made.append(load_signer(tmp_path / f"witness-{number}.pem"))
    return made


def test_witnesses_are_counted_by_their_keys(world: World, witnesses: list[Signer]) -> None:
    world.filled()
    names = ["witness.example/a", "witness.example/b"]
    keys = tuple(key_of(name, one, COSIGNATURE) for name, one in zip(names, witnesses, strict=True))
    both = LedgerTrust(world.key, keys, 2)
    assert refusal(world, trust=both) == "ledger-unwitnessed"
    for name, one, key in zip(names, witnesses, keys, strict=True):
        signed, _, _ = check_tree(world.view(), world.key)
        world.directory.add_cosignature(world.key, key, 6, cosign(signed, name, one, 1_700_000_000))
        if key is keys[0]:
            assert refusal(world, trust=both) == "ledger-unwitnessed"
    assert verify_ledger(world.view(), both).cosigned == dict.fromkeys(names, 1_700_000_000)
    alias = key_of("witness.example/alias", witnesses[0], COSIGNATURE)
    signed, _, _ = check_tree(world.view(), world.key)
    world.directory.add_cosignature(world.key, alias, 6, cosign(signed, alias.name, witnesses[0], 1_700_000_000))
    twice = LedgerTrust(world.key, (keys[0], alias), 2)
    assert refusal(world, trust=twice) == "ledger-unwitnessed"
    world.append(world.started(9))
    assert refusal(world, trust=both) == "ledger-unwitnessed"


def test_a_cosignature_is_the_witnesss_over_this_very_checkpoint(world: World, witnesses: list[Signer]) -> None:
    world.filled()
    name, key = "witness.example/a", key_of("witness.example/a", witnesses[0], COSIGNATURE)
    old = open_checkpoint(world.view().kept_checkpoint(3), world.key, "kept")
    for line in (
        cosign(old, name, witnesses[0], 5),
        NoteSignature(name, key.key_id, b"short"),
        cosign(old, "witness.example/b", witnesses[1], 5),
    ):
        with pytest.raises(VerificationError) as caught:
            world.directory.add_cosignature(world.key, key, 6, line)
        assert caught.value.code == "ledger-cosignature-invalid"
    with pytest.raises(UsageError, match="no checkpoint of 99"):
        world.directory.add_cosignature(world.key, key, 99, cosign(old, name, witnesses[0], 5))
    world.directory.add_cosignature(world.key, key, 3, cosign(old, name, witnesses[0], 5))
    assert len(open_checkpoint(world.view().kept_checkpoint(3), world.key, "kept").note.signatures) == 2
    assert len(open_checkpoint(world.view().checkpoint, world.key, "latest").note.signatures) == 1


def test_a_checkpoint_is_stamped_once_over_its_signature(world: World) -> None:
    world.append(world.started(1))
    tsa = make_tsa(datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert world.directory.stamp(world.key, tsa.stamp) == 1
    assert world.directory.stamp(world.key, tsa.stamp) == 1
    assert len(tsa.requests) == 1
    world.append(world.started(2))
    tsa.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert world.directory.stamp(world.key, tsa.stamp) == 2
    times = checkpoint_times(world.view(), world.key, [tsa.authority])
    assert times == {1: datetime(2026, 3, 1, 12, tzinfo=UTC), 2: datetime(2026, 3, 2, 12, tzinfo=UTC)}
    assert verify_ledger(world.view(), world.trust).checkpoint.size == 2
    with pytest.raises(VerificationError) as caught:
        checkpoint_times(world.view(), world.key, [make_tsa(tsa.now).authority])
    assert caught.value.code == "timestamp-untrusted"
    swap(world.path / layout.token(1), world.path / layout.token(2))
    with pytest.raises(VerificationError) as caught:
        checkpoint_times(world.view(), world.key, [tsa.authority])
    assert caught.value.code == "timestamp-invalid"


def test_cosignatures_leave_a_timestamp_valid(world: World, witnesses: list[Signer]) -> None:
    tsa = make_tsa(datetime(2026, 3, 1, 12, tzinfo=UTC))
    world.append(world.started(1))
    world.directory.stamp(world.key, tsa.stamp)
    key = key_of("witness.example/a", witnesses[0], COSIGNATURE)
    signed, _, _ = check_tree(world.view(), world.key)
    world.directory.add_cosignature(world.key, key, 1, cosign(signed, key.name, witnesses[0], 5))
    assert list(checkpoint_times(world.view(), world.key, [tsa.authority])) == [1]


def test_keys_for_checkpoints_are_ed25519_and_named(tmp_path: Path) -> None:
    made = generate_key(tmp_path / "p256.pem", "ecdsa-p256")
    pem = made.public_path.read_bytes()
    with pytest.raises(UsageError, match="Ed25519"):
        ledger_key(ORIGIN, pem, "p256.pem.pub")
    pem = generate_key(tmp_path / "ed.pem").public_path.read_bytes()
    with pytest.raises(UsageError, match="cannot name"):
        witness_key("a witness", pem, "ed.pem.pub")
    assert ledger_key(ORIGIN, pem, "ed.pem.pub").public == witness_key(ORIGIN, pem, "ed.pem.pub").public
