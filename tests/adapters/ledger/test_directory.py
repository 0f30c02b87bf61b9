"""Writing a ledger: each statement once, at a place of its own, under a checkpoint, and nothing over a lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor.adapters.ledger.checking import verify_ledger
from auditor.adapters.ledger.directory import LedgerDirectory, init_ledger
from auditor.adapters.ledger.note_keys import open_checkpoint
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.errors import AuditorError, EngineError, UsageError, VerificationError
from ledgers import ORIGIN, World

if TYPE_CHECKING:
    from pathlib import Path


def code(error: AuditorError) -> str:
    return error.code if isinstance(error, VerificationError) else type(error).__name__


def test_a_new_ledger_is_empty_and_holds(world: World) -> None:
    done = verify_ledger(world.view(), world.trust)
    assert (done.checkpoint.size, done.leaves, done.pending) == (0, (), 0)


def test_each_statement_has_its_place_and_a_checkpoint_over_it(world: World) -> None:
    leaves = world.filled()
    assert [leaf.kind for leaf in leaves] == [
        "run-started",
        "run",
        "sign-off",
        "run-started",
        "abandoned",
        "run-started",
    ]
    assert [leaf.closes for leaf in leaves] == [None, 0, None, None, 3, None]
    view = world.view()
    assert list(view.kept) == list(range(7))
    for size in view.kept:
        assert open_checkpoint(view.kept_checkpoint(size), world.key, "kept").checkpoint.size == size
    assert tuple(verify_ledger(view, world.trust).leaves) == tuple(leaves)


def test_filing_again_gives_back_the_place(world: World) -> None:
    first = world.started(1)
    assert world.append(first).new
    world.append(world.started(2))
    again = world.append(first)
    assert (again.sequence, again.new) == (0, False)
    assert open_checkpoint(again.checkpoint, world.key, "again").checkpoint.size == 2
    assert len(world.view().leaves) == 2


def test_the_same_statement_under_another_leaf_is_refused(world: World) -> None:
    first, second = world.started(1), world.started(2)
    world.append(first)
    world.append(second)
    ended = world.run((0, first.leaf))
    world.append(ended)
    with pytest.raises(UsageError, match="says something else"):
        world.directory.append(ended.leaf.model_copy(update={"closes": 1}), ended.envelope, world.signer)


def test_a_run_is_closed_once_and_by_its_own_release(world: World) -> None:
    first, other = world.started(1), world.started(2, "r2")
    world.append(first)
    world.append(other)
    world.append(world.run((0, first.leaf)))
    for wrong in (
        world.abandoned((0, first.leaf)),
        world.run((2, first.leaf), 2),
        world.run((9, first.leaf), 3),
        world.run((1, first.leaf), 4),
    ):
        with pytest.raises(UsageError, match="closes leaf"):
            world.append(wrong)
    assert len(world.view().leaves) == 3


def test_what_the_leaf_does_not_say_rightly_is_not_filed(world: World) -> None:
    filed, other = world.started(1), world.started(2)
    for changes, wanted in (
        ({"release": "r2"}, "ledger-leaf-contradicts"),
        ({"kind": "sign-off"}, "ledger-leaf-contradicts"),
        ({"statement": "d" * 64}, "ledger-statement-mismatch"),
        ({"keyId": "d" * 64}, "ledger-statement-mismatch"),
    ):
        with pytest.raises(VerificationError) as caught:
            world.directory.append(filed.leaf.model_copy(update=changes), filed.envelope, world.signer)
        assert caught.value.code == wanted
    with pytest.raises(VerificationError) as caught:
        world.directory.append(filed.leaf, other.envelope, world.signer)
    assert caught.value.code == "ledger-statement-mismatch"
    assert not world.view().leaves


def test_nothing_is_signed_over_a_lie(world: World) -> None:
    world.filled()
    entry = world.path / "entries" / "000000000002.json"
    entry.write_bytes(entry.read_bytes().replace(b'"r1"', b'"r9"'))
    with pytest.raises(VerificationError) as caught:
        world.append(world.started(9))
    assert caught.value.code == "ledger-root-mismatch"


def test_another_key_does_not_write_to_it(world: World) -> None:
    filed = world.started(1)
    with pytest.raises(VerificationError) as caught:
        world.directory.append(filed.leaf, filed.envelope, world.author)
    assert caught.value.code == "ledger-signature-invalid"


def test_a_leaf_without_a_checkpoint_is_signed_in_by_the_next_writer(world: World) -> None:
    world.append(world.started(1))
    before = (world.path / "checkpoint").read_bytes()
    world.append(world.started(2))
    (world.path / "checkpoint").write_bytes(before)
    (world.path / "checkpoints" / "2").unlink()
    assert world.view().pending == 1
    assert len(verify_ledger(world.view(), world.trust).leaves) == 1
    assert world.append(world.started(3)).sequence == 2
    assert list(world.view().kept) == [0, 1, 2, 3]
    assert verify_ledger(world.view(), world.trust).checkpoint.size == 3


def test_a_checkpoint_whose_copy_was_not_kept_is_kept_by_the_next_writer(world: World) -> None:
    world.append(world.started(1))
    (world.path / "checkpoints" / "1").unlink()
    world.directory.heal(world.signer)
    assert list(world.view().kept) == [0, 1]


def test_two_leaves_beyond_the_checkpoint_are_nobodys_kill(world: World) -> None:
    before = (world.path / "checkpoint").read_bytes()
    world.append(world.started(1))
    world.append(world.started(2))
    (world.path / "checkpoint").write_bytes(before)
    for size in (1, 2):
        (world.path / "checkpoints" / str(size)).unlink()
    with pytest.raises(VerificationError, match="2 leaves lie beyond") as caught:
        world.directory.heal(world.signer)
    assert caught.value.code == "ledger-malformed"


def test_a_pending_leaf_that_lies_is_not_signed_in(world: World) -> None:
    filed = world.started(1)
    forged = filed.leaf.model_copy(update={"release": "r2"})
    (world.path / "statements" / f"{forged.statement}.sigstore.json").write_bytes(filed.envelope)
    (world.path / "entries" / "000000000000.json").write_bytes(forged.content())
    with pytest.raises(VerificationError) as caught:
        world.directory.heal(world.signer)
    assert caught.value.code == "ledger-leaf-contradicts"


def test_a_full_disk_is_told_and_what_was_there_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import auditor.adapters.ledger.directory as writing

    world.append(world.started(1))
    real, left = writing.put, [1]

    def fails(path: Path, content: bytes, scratch: Path, *, mode: int = 0o644) -> None:
        if not left.pop():
            raise OSError(28, "No space left on device")
        left.append(0)
        real(path, content, scratch, mode=mode)

    monkeypatch.setattr(writing, "put", fails)
    filed = world.started(2)
    with pytest.raises(EngineError, match="No space left"):
        world.append(filed)
    monkeypatch.undo()
    assert verify_ledger(world.view(), world.trust).checkpoint.size == 1
    assert world.append(filed).sequence == 1


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "tail."])
def test_an_origin_is_a_name(tmp_path: Path, origin: str) -> None:
    generate_key(tmp_path / "key.pem")
    with pytest.raises(UsageError, match="cannot name"):
        init_ledger(tmp_path / "ledger", origin, load_signer(tmp_path / "key.pem"))
    assert not (tmp_path / "ledger").exists()


def test_a_ledger_is_never_made_over_anything(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exists"):
        init_ledger(world.path, ORIGIN, world.signer)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="can be made"):
        init_ledger(tmp_path / "file" / "ledger", ORIGIN, world.signer)


def test_its_key_is_ed25519(tmp_path: Path) -> None:
    generate_key(tmp_path / "key.pem", "ecdsa-p256")
    with pytest.raises(UsageError, match="Ed25519"):
        init_ledger(tmp_path / "ledger", ORIGIN, load_signer(tmp_path / "key.pem"))


def test_where_no_ledger_lies_it_says_so(tmp_path: Path, world: World) -> None:
    filed = world.started(1)
    with pytest.raises(UsageError, match="no ledger lies here"):
        LedgerDirectory(tmp_path).append(filed.leaf, filed.envelope, world.signer)
    with pytest.raises(UsageError, match="no ledger lies here"):
        read_ledger(tmp_path)
