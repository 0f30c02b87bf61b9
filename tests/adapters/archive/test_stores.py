"""What every store promises, of each store; then what each of them alone does."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from auditor.adapters.archive import directory, s3_parts
from auditor.adapters.archive.directory import DirectoryStore
from auditor.adapters.archive.references import open_store
from auditor.adapters.archive.s3 import S3Store
from auditor.adapters.bundle.manifest import Entry
from auditor.errors import EngineError, UsageError, VerificationError
from s3 import LEAST_PART, FaithfulS3, make_store, refused

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.archive.store import ObjectStore, ObjectVersion

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)  # noqa: TID251 - S3 takes no past instant


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "directory":
        return DirectoryStore(tmp_path / "archive")
    return make_store(request.getfixturevalue("s3_endpoint"))


@pytest.fixture
def bucket(s3_endpoint: str) -> S3Store:
    return make_store(s3_endpoint)


def put(store: ObjectStore, key: str, content: bytes, folder: Path, until: datetime | None = SOON) -> Entry:
    source = folder / "source"
    source.write_bytes(content)
    entry = Entry(hashlib.sha256(content).hexdigest(), len(content))
    store.put_absent(key, source, entry, until)
    return entry


def shown(store: ObjectStore, key: str = "a/b") -> list[bytes]:
    return [b"".join(store.read(one)) for one in store.versions(key)]


def the_one(store: ObjectStore) -> ObjectVersion:
    (found,) = store.versions()
    return found


@pytest.mark.parametrize("content", [b"", b"x", b"y" * (LEAST_PART + 7)])
def test_what_is_put_is_read_and_never_replaced(store: ObjectStore, tmp_path: Path, content: bytes) -> None:
    put(store, "a/b", content, tmp_path)
    put(store, "a/b", b"other", tmp_path)
    assert shown(store) == [content]
    one = the_one(store)
    assert (one.key, one.size, one.latest, one.deleted) == ("a/b", len(content), True, False)
    assert one.modified.tzinfo is not None


def test_keys_are_listed_by_prefix(store: ObjectStore, tmp_path: Path) -> None:
    for key in ("a/b", "a/bc", "ab/c", "b"):
        put(store, key, key.encode(), tmp_path)
    assert sorted(one.key for one in store.versions()) == ["a/b", "a/bc", "ab/c", "b"]
    assert sorted(one.key for one in store.versions("a/b")) == ["a/b", "a/bc"]
    assert sorted(one.key for one in store.versions("a/")) == ["a/b", "a/bc"]
    assert list(store.versions("none/")) == []


def test_many_writers_at_once_leave_one_whole_object(store: ObjectStore, tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def write(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            put(store, "a/b", bytes([number]) * 300_000, folder)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    (content,) = shown(store)
    assert len(content) == 300_000
    assert len(set(content)) == 1


# A directory.


def test_a_directory_says_that_it_locks_nothing(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "archive")
    with pytest.raises(UsageError, match="no such directory"):
        store.check()
    put(store, "a/b", b"x", tmp_path, None)
    store.check()
    assert not store.locks
    assert store.retention(the_one(store)) is None
    with pytest.raises(EngineError, match="cannot keep it"):
        store.extend(the_one(store), SOON)
    assert (tmp_path / "archive" / "a" / "b").stat().st_mode & 0o777 == 0o444


def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "archive")
    put(store, "a", b"x", tmp_path)
    incoming = tmp_path / "archive" / directory.INCOMING
    (incoming / "dead").write_bytes(b"half")
    with store._incoming() as (living, _):
        put(store, "b", b"y", tmp_path)
        assert list(incoming.iterdir()) == [living]
    assert list(incoming.iterdir()) == []
    assert sorted(one.key for one in store.versions()) == ["a", "b"]


def test_a_link_in_a_directory_is_listed_and_not_followed(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "archive")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a").symlink_to("/nowhere")
    put(store, "a", b"x", tmp_path)
    with pytest.raises(VerificationError) as caught:
        b"".join(store.read(the_one(store)))
    assert caught.value.code == "unsafe-entry"


def test_a_directory_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"a file")
    with pytest.raises(EngineError, match="cannot be written"):
        put(DirectoryStore(tmp_path / "archive"), "a", b"x", tmp_path)


# S3.


def test_an_object_is_locked_in_the_request_that_writes_it(bucket: S3Store, tmp_path: Path) -> None:
    put(bucket, "a/b", b"x", tmp_path)
    assert bucket.locks
    assert bucket.retention(the_one(bucket)) == ("COMPLIANCE", SOON)
    assert "put_object_retention" not in bucket.client.calls
    bucket.extend(the_one(bucket), SOON + timedelta(days=9))
    with pytest.raises(EngineError, match="AccessDenied"):
        bucket.extend(the_one(bucket), SOON)
    assert bucket.retention(the_one(bucket)) == ("COMPLIANCE", SOON + timedelta(days=9))


def test_nothing_is_written_without_a_retention(bucket: S3Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no retention"):
        put(bucket, "a/b", b"x", tmp_path, None)
    assert list(bucket.versions()) == []


def test_a_bucket_that_is_no_archive_is_refused(s3_endpoint: str, bucket: S3Store) -> None:
    bucket.check()
    with pytest.raises(UsageError, match="Object Lock off"):
        make_store(s3_endpoint, lock=False).check()
    with pytest.raises(UsageError, match="no such bucket"):
        S3Store(bucket.client, "another-bucket").check()
    bucket.client.client.put_bucket_versioning(Bucket=bucket.bucket, VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(UsageError, match="versioning is Suspended"):
        bucket.check()


def test_what_is_deleted_is_seen_and_what_lies_beneath_too(bucket: S3Store, tmp_path: Path) -> None:
    put(bucket, "a/b", b"x", tmp_path)
    bucket.client.delete_object(Bucket=bucket.bucket, Key="kept/a/b")
    assert sorted((one.deleted, one.latest) for one in bucket.versions()) == [(False, False), (True, True)]
    locked = next(one for one in bucket.versions() if not one.deleted)
    with pytest.raises(type(refused("x"))):
        bucket.client.delete_object(Bucket=bucket.bucket, Key="kept/a/b", VersionId=locked.version)


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "NoSuchUpload"])
def test_a_race_is_run_again(bucket: S3Store, tmp_path: Path, code: str) -> None:
    def lost(_: dict[str, Any]) -> None:
        raise refused(code)

    bucket.client.faults["put_object"] += [lost, lost]
    put(bucket, "a/b", b"x", tmp_path)
    assert bucket.client.calls.count("put_object") == 3
    bucket.client.faults["put_object"] += [lost] * 9
    with pytest.raises(EngineError, match=code):
        put(bucket, "a/c", b"x", tmp_path)


def test_a_refusal_is_told_and_nothing_is_there(bucket: S3Store, tmp_path: Path) -> None:
    def denied(_: dict[str, Any]) -> None:
        raise refused("AccessDenied")

    bucket.client.faults["put_object"].append(denied)
    with pytest.raises(EngineError, match=r"writing a/b failed \(AccessDenied: said by a test"):
        put(bucket, "a/b", b"x", tmp_path)
    assert list(bucket.versions()) == []


def test_an_answer_that_breaks_off_is_no_content(bucket: S3Store, tmp_path: Path) -> None:
    put(bucket, "a/b", b"x" * 100, tmp_path)

    class Broken:
        def iter_chunks(self, _: int) -> Any:
            yield b"x" * 50
            raise ReadTimeoutError(endpoint_url="test")

        def close(self) -> None:
            pass

    bucket.client.faults["get_object"].append(lambda _: {"Body": Broken()})
    with pytest.raises(EngineError, match="reading a/b failed"):
        b"".join(bucket.read(the_one(bucket)))


def test_an_endpoint_that_nobody_serves_is_a_part_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.adapters.archive.references.TRIES", 1)
    with pytest.raises(EngineError, match="check region, endpoint"):
        open_store("s3://bucket", "http://127.0.0.1:9").check()


# In parts.

THREE = os.urandom(LEAST_PART) + b"second" + bytes(LEAST_PART) + b"third"


def parts_sent(client: FaithfulS3) -> int:
    return client.calls.count("upload_part")


def interrupted(bucket: S3Store, tmp_path: Path, after: int) -> None:
    """Begin to write in parts, and die at part ``after`` + 1."""

    def die(_: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    bucket.client.faults["upload_part"] += [lambda _: None] * after + [die]
    with pytest.raises(KeyboardInterrupt):
        put(bucket, "a/b", THREE, tmp_path)
    bucket.client.calls.clear()


def test_an_interrupted_upload_goes_on_where_it_stopped(bucket: S3Store, tmp_path: Path) -> None:
    interrupted(bucket, tmp_path, after=2)
    assert list(bucket.versions()) == []
    put(bucket, "a/b", THREE, tmp_path)
    assert parts_sent(bucket.client) == 1
    assert "create_multipart_upload" not in bucket.client.calls
    assert shown(bucket) == [THREE]


def test_a_part_of_another_content_is_sent_again(bucket: S3Store, tmp_path: Path) -> None:
    """Who may write can begin an upload of ours with parts of his."""
    interrupted(bucket, tmp_path, after=2)
    other = b"!" + THREE[1:]
    put(bucket, "a/b", other, tmp_path)
    assert parts_sent(bucket.client) == 2
    assert shown(bucket) == [other]


def test_parts_of_an_object_that_appeared_meanwhile_are_given_up(bucket: S3Store, tmp_path: Path) -> None:
    interrupted(bucket, tmp_path, after=1)
    put(bucket, "a/b", b"first", tmp_path)
    put(bucket, "a/b", THREE, tmp_path)
    assert shown(bucket) == [b"first"]
    assert "Uploads" not in bucket.client.client.list_multipart_uploads(Bucket=bucket.bucket)


def test_no_object_needs_more_parts_than_there_may_be() -> None:
    assert s3_parts.part_size(1, 100) == 100
    assert s3_parts.part_size(1_000_001, 100) == 101
    assert -(-(5 << 40) // s3_parts.part_size(5 << 40, s3_parts.PART_BYTES)) <= s3_parts.MAX_PARTS


# References.


def test_a_reference_names_a_store(tmp_path: Path, s3_endpoint: str) -> None:
    assert open_store(str(tmp_path)) == DirectoryStore(tmp_path)
    found = open_store("s3://some-bucket/a/b/", s3_endpoint)
    assert isinstance(found, S3Store)
    assert (found.bucket, found.prefix) == ("some-bucket", "a/b/")
    bare = open_store("s3://some-bucket", s3_endpoint)
    assert isinstance(bare, S3Store)
    assert bare.prefix == ""


@pytest.mark.parametrize("reference", ["s3://", "s3://A", "gs://bucket", "s3://bucket/a b", "s3:///x"])
def test_what_names_no_store_is_usage(reference: str) -> None:
    with pytest.raises(UsageError, match="no archive"):
        open_store(reference)
