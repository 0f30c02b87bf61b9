"""``archive push`` and ``restore``, in a directory and in S3."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from archives import BUNDLE, CHECKPOINT, KEPT, ORIGIN, Kept, make_kept
from auditor.adapters.archive.directory import DirectoryStore
from auditor.adapters.bundle.container import pack_bundle
from auditor.adapters.bundle.reader import list_files
from auditor.adapters.signing.envelope import payload_digest
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.shell import archive
from auditor.shell.archive import Push, push, restore, tree_size
from s3 import LEAST_PART, make_store
from sealed import forge

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.archive.s3 import S3Store
    from auditor.adapters.archive.store import ObjectStore


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return make_kept(tmp_path)


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "directory":
        return DirectoryStore(tmp_path / "archive")
    return make_store(request.getfixturevalue("s3_endpoint"))


@pytest.fixture
def bucket(s3_endpoint: str) -> S3Store:
    return make_store(s3_endpoint)


def objects(store: ObjectStore) -> dict[str, bytes]:
    return {one.key: b"".join(store.read(one)) for one in store.versions()}


def test_a_push_leaves_the_tar_the_sign_off_and_the_checkpoint(store: ObjectStore, kept: Kept, tmp_path: Path) -> None:
    done = kept.push(store)
    run = kept.check(tmp_path / "out" / kept.sealed.root.name).statement
    sign_off = payload_digest(kept.sign_off.read_bytes(), "s")
    keys = [BUNDLE, f"signoffs/{run}/{sign_off}", f"checkpoints/8/{hashlib.sha256(CHECKPOINT).hexdigest()}"]
    assert [one.key for one in done] == keys
    pack_bundle(kept.sealed.root, tmp_path / "b.tar")
    contents = [(tmp_path / "b.tar").read_bytes(), kept.sign_off.read_bytes(), CHECKPOINT]
    assert objects(store) == dict(zip(keys, contents, strict=True))
    assert [one.sha256 for one in done] == [hashlib.sha256(one).hexdigest() for one in contents]


def test_pushing_again_changes_nothing_and_a_tar_is_as_good_as_its_folder(
    store: ObjectStore, kept: Kept, tmp_path: Path
) -> None:
    done = kept.push(store)
    before = sorted(store.versions(), key=lambda one: one.key)
    pack_bundle(kept.sealed.root, tmp_path / "b.tar")
    again = kept.push(store, bundle=tmp_path / "b.tar")
    assert [(one.key, one.version, one.sha256) for one in again] == [(one.key, one.version, one.sha256) for one in done]
    assert sorted(store.versions(), key=lambda one: one.key) == before


def test_what_comes_out_is_what_went_in(store: ObjectStore, kept: Kept, tmp_path: Path) -> None:
    kept.push(store)
    checked, (sign_off,) = restore(store, BUNDLE, tmp_path / "back", kept.check)
    assert list_files(tmp_path / "back") == list_files(kept.sealed.root)
    assert all((tmp_path / "back" / n).read_bytes() == kept.sealed.path(n).read_bytes() for n in checked.files)
    assert sign_off.parent == tmp_path / "back.sign-offs"
    assert sign_off.read_bytes() == kept.sign_off.read_bytes()


def test_what_is_refused_is_not_archived(store: ObjectStore, kept: Kept) -> None:
    kept.sealed.edit("data/report/report.md", bytes.swapcase)
    with pytest.raises(VerificationError) as caught:
        kept.push(store)
    assert caught.value.code == "digest-mismatch"
    assert objects(store) == {}


def test_another_bundle_under_the_same_sequence_is_a_conflict(store: ObjectStore, kept: Kept) -> None:
    kept.push(store)
    before = objects(store)
    forge(kept.sealed, predicate=lambda one: one.update(validUntil="2026-03-09T12:05:00Z"))
    with pytest.raises(VerificationError) as caught:
        kept.push(store)
    assert caught.value.code == "archive-conflict"
    assert objects(store) == before


@pytest.mark.parametrize("which", ["sign_offs", "checkpoints"])
def test_what_goes_along_is_looked_at_before_anything_is_written(
    store: ObjectStore, kept: Kept, which: str, tmp_path: Path
) -> None:
    (tmp_path / "x").write_bytes(b"{}")
    with pytest.raises((VerificationError, UsageError), match="x: no "):
        kept.push(store, **{which: (tmp_path / "x",)})
    with pytest.raises(UsageError, match="cannot be read"):
        kept.push(store, **{which: (tmp_path / "absent",)})
    assert objects(store) == {}


def test_a_class_of_data_without_a_retention_is_refused_before_anything_is_written(bucket: S3Store, kept: Kept) -> None:
    for missing in KEPT:
        declared = {name: days for name, days in KEPT.items() if name != missing}
        request = Push(kept.sealed.root, ORIGIN, 7, (kept.sign_off,))
        with pytest.raises(UsageError, match=f"no retention is declared of {missing}"):
            push(bucket, request, kept.check, declared, datetime.now(UTC))  # noqa: TID251
    assert objects(bucket) == {}


def test_a_bundle_is_locked_for_its_longest_lived_class(bucket: S3Store, kept: Kept) -> None:
    now = datetime.now(UTC)  # noqa: TID251
    done = kept.push(bucket)
    for one, days in zip(done, (300, 100, 100), strict=True):
        (version,) = bucket.versions(one.key)
        found = bucket.retention(version)
        assert found is not None
        assert found.mode == "COMPLIANCE"
        assert timedelta(days=days) < found.until - now < timedelta(days=days + 2)


def test_a_lock_that_is_too_short_is_lengthened_and_never_shortened(bucket: S3Store, kept: Kept) -> None:
    now = datetime.now(UTC)  # noqa: TID251
    request = Push(kept.sealed.root, ORIGIN, 7)
    push(bucket, request, kept.check, dict.fromkeys(KEPT, 10), now)
    push(bucket, request, kept.check, dict.fromkeys(KEPT, 99), now)
    push(bucket, request, kept.check, dict.fromkeys(KEPT, 10), now)
    (version,) = bucket.versions()
    found = bucket.retention(version)
    assert found is not None
    assert found.until - now > timedelta(days=99)
    assert bucket.client.calls.count("put_object_retention") == 1


def test_a_store_that_forgets_the_lock_of_parts_is_told_again(s3_endpoint: str, kept: Kept) -> None:
    bucket = make_store(s3_endpoint, part_bytes=LEAST_PART)
    kept.sealed.path("data/report/large.bin").write_bytes(b"x" * (LEAST_PART + 1))
    forge(kept.sealed)
    kept.push(bucket)
    assert bucket.client.calls.count("complete_multipart_upload") == 1
    (version,) = bucket.versions("bundles/")
    found = bucket.retention(version)
    assert found is not None
    assert found.mode == "COMPLIANCE"


def test_a_store_that_does_not_lock_is_an_error(bucket: S3Store, kept: Kept) -> None:
    bucket.client.faults["head_object"] += [lambda _: {"ContentLength": 1}] * 2
    bucket.client.faults["put_object_retention"].append(lambda _: {"ResponseMetadata": {}})
    with pytest.raises(EngineError, match="does not keep it until"):
        kept.push(bucket)


def test_a_store_that_loses_what_it_took_is_an_error(bucket: S3Store, kept: Kept) -> None:
    bucket.client.faults["put_object"].append(lambda _: {"VersionId": "lost"})
    with pytest.raises(EngineError, match="was written and is not there"):
        kept.push(bucket)


def test_a_store_that_gives_back_something_else_is_a_conflict(bucket: S3Store, kept: Kept) -> None:
    """Read back, not believed: the store says that it has it, and gives other bytes."""

    class Other:
        def iter_chunks(self, _: int) -> Any:
            yield b"other bytes"

        def close(self) -> None:
            pass

    bucket.client.faults["get_object"].append(lambda _: {"Body": Other()})
    with pytest.raises(VerificationError) as caught:
        kept.push(bucket)
    assert caught.value.code == "archive-conflict"


def test_what_a_delete_marker_hides_comes_back_by_pushing_and_by_restoring(
    bucket: S3Store, kept: Kept, tmp_path: Path
) -> None:
    kept.push(bucket)
    bucket.client.delete_object(Bucket=bucket.bucket, Key=f"kept/{BUNDLE}")
    restore(bucket, BUNDLE, tmp_path / "back", kept.check)
    kept.push(bucket)
    assert [one.deleted for one in bucket.versions(BUNDLE) if one.latest] == [False]


def test_what_a_delete_marker_hides_is_compared_too(bucket: S3Store, kept: Kept) -> None:
    kept.push(bucket)
    bucket.client.delete_object(Bucket=bucket.bucket, Key=f"kept/{BUNDLE}")
    forge(kept.sealed, predicate=lambda one: one.update(validUntil="2026-03-09T12:05:00Z"))
    with pytest.raises(VerificationError) as caught:
        kept.push(bucket)
    assert caught.value.code == "archive-conflict"


def test_a_bad_bundle_is_not_restored(kept: Kept, tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "archive")
    kept.push(store)
    path = tmp_path / "archive" / BUNDLE
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[600] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(VerificationError):
        restore(store, BUNDLE, tmp_path / "back", kept.check)
    assert not (tmp_path / "back").exists()


def test_a_sign_off_under_anothers_name_is_not_restored(kept: Kept, tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "archive")
    sign_off = tmp_path / "archive" / kept.push(store)[1].key
    sign_off.rename(sign_off.with_name("0" * 64))
    with pytest.raises(VerificationError) as caught:
        restore(store, BUNDLE, tmp_path / "back", kept.check)
    assert caught.value.code == "archive-conflict"


@pytest.mark.parametrize("key", ["", "bundles/x", BUNDLE, "checkpoints/8/" + "0" * 64])
def test_what_is_no_bundle_in_the_archive_is_usage(store: ObjectStore, kept: Kept, key: str, tmp_path: Path) -> None:
    kept.push(store, sequence=8)
    with pytest.raises(UsageError, match="no bundle in the archive"):
        restore(store, key, tmp_path / "back", kept.check)


@pytest.mark.parametrize("text", [b"", b"a\n", b"a\nx\n", b"a\n01\n" + b"A" * 43 + b"=\n", b"a\n1\nshort\n"])
def test_what_is_no_checkpoint_is_usage(text: bytes) -> None:
    with pytest.raises(UsageError, match="no checkpoint"):
        tree_size(text, "c")


def test_what_is_read_is_bounded(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    with pytest.raises(UsageError, match="over 10 bytes"):
        kept.push(DirectoryStore(tmp_path / "archive"))
