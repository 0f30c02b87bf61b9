"""``archive audit``: all that is wrong is found, each by its name, and nothing of it hides the rest."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archives import BUNDLE, CHECKPOINT, KEPT, LEDGER, ORIGIN, Kept, Leaf, make_kept
from auditor.adapters.archive.directory import DirectoryStore
from auditor.errors import UsageError
from auditor.shell.archive import Push, push
from auditor.shell.archive_audit import PROBLEMS, audit
from s3 import make_store, refused
from sealed import forge

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.archive.s3 import S3Store

OTHER = f"bundles/{LEDGER}/000000000009.tar"
ATTACKS: dict[str, tuple[str, Callable[[S3Store, Kept, str], Any]]] = {}


def attack(kind: str) -> Any:
    def named(function: Callable[[S3Store, Kept, str], Any]) -> Any:
        ATTACKS[function.__name__] = (kind, function)
        return function

    return named


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return make_kept(tmp_path)


@pytest.fixture
def bucket(s3_endpoint: str) -> S3Store:
    return make_store(s3_endpoint)


def run_of(kept: Kept) -> str:
    return str(kept.check(kept.sealed.root).statement)


def ledger(kept: Kept) -> dict[str, list[Leaf]]:
    return {ORIGIN: kept.leaves(run_of(kept))}


def kinds(store: Any, kept: Kept, **others: Any) -> list[tuple[str, str]]:
    done = audit(store, kept.check, KEPT, **({"ledgers": ledger(kept)} | others))
    assert {one.kind for one in done.problems} <= set(PROBLEMS)
    return [(one.kind, one.key) for one in done.problems]


def write(bucket: S3Store, key: str, content: bytes, **lock: Any) -> None:
    """Write as somebody does who may: over what is there, and locked as he likes."""
    settings = {
        "ObjectLockMode": "COMPLIANCE",
        "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=999),  # noqa: TID251
    } | lock
    settings = {name: value for name, value in settings.items() if value is not None}
    bucket.client.client.put_object(
        Bucket=bucket.bucket, Key=f"kept/{key}", Body=content, ChecksumAlgorithm="SHA256", **settings
    )


def lose(bucket: S3Store, prefix: str) -> None:
    """Remove an object for good, as only moto allows: it lets the lock be taken back."""
    (one,) = bucket.versions(prefix)
    named = {"Bucket": bucket.bucket, "Key": f"kept/{one.key}", "VersionId": one.version}
    past = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251
    bucket.client.client.put_object_retention(**named, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": past})
    bucket.client.client.delete_object(**named)


def content(bucket: S3Store, prefix: str) -> tuple[str, bytes]:
    (one,) = bucket.versions(prefix)
    return one.key, b"".join(bucket.read(one))


def test_a_sound_archive_has_no_problems(bucket: S3Store, kept: Kept, tmp_path: Path) -> None:
    for store in (bucket, DirectoryStore(tmp_path / "archive")):
        kept.push(store)
        done = audit(store, kept.check, KEPT, ledger(kept))
        assert done.problems == []
        assert done.sound == {"bundle": 1, "sign-off": 1, "checkpoint": 1}
        assert done.looked_at == 3


def test_an_empty_archive_has_nothing_looked_at(bucket: S3Store, kept: Kept) -> None:
    assert audit(bucket, kept.check, KEPT).looked_at == 0
    assert kinds(bucket, kept) == [("missing", f"bundles/{LEDGER}/000000000008.tar"), ("missing", BUNDLE)]


@attack("hidden")
def delete_bundle(bucket: S3Store, kept: Kept, key: str) -> None:
    bucket.client.delete_object(Bucket=bucket.bucket, Key=f"kept/{key}")


@attack("hidden")
def delete_and_write_again(bucket: S3Store, kept: Kept, key: str) -> None:
    _, same = content(bucket, key)
    bucket.client.delete_object(Bucket=bucket.bucket, Key=f"kept/{key}")
    write(bucket, key, same)


@attack("overwritten")
def write_the_same_again(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, key, content(bucket, key)[1])


@attack("invalid")
def write_something_over_it(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, key, b"not a tar")


@attack("invalid")
def write_another_run_over_it(bucket: S3Store, kept: Kept, key: str) -> None:
    forge(kept.sealed, predicate=lambda one: one.update(validUntil="2026-03-09T12:05:00Z"))
    folder = kept.sealed.root.parent
    push(DirectoryStore(folder / "d"), Push(kept.sealed.root, ORIGIN, 7), kept.check, {}, datetime.now(UTC))  # noqa: TID251
    write(bucket, key, (folder / "d" / BUNDLE).read_bytes())


@attack("misnamed")
def write_elsewhere(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, "notes.txt", b"x")


@attack("duplicate")
def copy_to_another_sequence(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, OTHER, content(bucket, key)[1])


@attack("unlisted")
def put_what_the_ledger_has_not(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, OTHER, content(bucket, key)[1])


@attack("orphaned")
def sign_off_of_no_run(bucket: S3Store, kept: Kept, key: str) -> None:
    name, same = content(bucket, "signoffs/")
    write(bucket, f"signoffs/{'0' * 64}/{name.rpartition('/')[2]}", same)


@attack("invalid")
def sign_off_of_another_name(bucket: S3Store, kept: Kept, key: str) -> None:
    name, same = content(bucket, "signoffs/")
    write(bucket, f"{name.rpartition('/')[0]}/{'0' * 64}", same)


@attack("invalid")
def checkpoint_of_another_size(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, f"checkpoints/9/{hashlib.sha256(CHECKPOINT).hexdigest()}", CHECKPOINT)


@attack("invalid")
def checkpoint_of_another_content(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, f"checkpoints/8/{'0' * 64}", CHECKPOINT)


@attack("unreadable")
def checkpoint_that_is_none(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, f"checkpoints/8/{hashlib.sha256(b'x').hexdigest()}", b"x")


@attack("retention")
def without_a_lock(bucket: S3Store, kept: Kept, key: str) -> None:
    unlocked = b"another.example\n9\n" + b"A" * 43 + b"=\n"
    name = f"checkpoints/9/{hashlib.sha256(unlocked).hexdigest()}"
    write(bucket, name, unlocked, ObjectLockMode=None, ObjectLockRetainUntilDate=None)


@attack("retention")
def in_a_mode_that_can_be_bypassed(bucket: S3Store, kept: Kept, key: str) -> None:
    write(bucket, key, content(bucket, key)[1], ObjectLockMode="GOVERNANCE")


@attack("retention")
def for_too_short(bucket: S3Store, kept: Kept, key: str) -> None:
    soon = datetime.now(UTC) + timedelta(days=299)  # noqa: TID251
    write(bucket, key, content(bucket, key)[1], ObjectLockRetainUntilDate=soon)


@attack("missing")
def remove_the_bundle(bucket: S3Store, kept: Kept, key: str) -> None:
    lose(bucket, key)


@attack("missing")
def remove_the_sign_off(bucket: S3Store, kept: Kept, key: str) -> None:
    lose(bucket, "signoffs/")


@attack("unreadable")
def refuse_to_give_it(bucket: S3Store, kept: Kept, key: str) -> None:
    def denied(_: dict[str, Any]) -> None:
        raise refused("AccessDenied")

    bucket.client.faults["get_object"].append(denied)


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_wrong_is_found_and_the_rest_is_sound(name: str, bucket: S3Store, kept: Kept) -> None:
    kind, function = ATTACKS[name]
    leaves = ledger(kept)
    kept.push(bucket)
    function(bucket, kept, BUNDLE)
    done = audit(bucket, kept.check, KEPT, leaves)
    assert kind in {one.kind for one in done.problems}
    assert sum(done.sound.values()) >= 2


def test_every_problem_has_an_attack() -> None:
    assert {kind for kind, _ in ATTACKS.values()} == set(PROBLEMS)


def test_the_page_tells_every_problem() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "archive.md").read_text()
    assert re.findall(r"^\| `([a-z]+)` \| (.+) \|$", page, re.MULTILINE) == list(PROBLEMS.items())


def test_one_bad_object_hides_no_other(bucket: S3Store, kept: Kept) -> None:
    kept.push(bucket)
    for key in ("bundles/a/000000000000.tar", "zzz", "a", f"signoffs/{'0' * 64}/{'0' * 64}"):
        write(bucket, key, b"x")
    found = kinds(bucket, kept)
    assert ("misnamed", "a") in found
    assert ("misnamed", "zzz") in found
    assert sum(kind == "invalid" for kind, _ in found) == 2


def test_a_ledger_that_names_another_run_there(bucket: S3Store, kept: Kept) -> None:
    kept.push(bucket)
    leaves = kept.leaves("0" * 64)
    assert kinds(bucket, kept, ledgers={ORIGIN: leaves}) == [("unlisted", BUNDLE)]
    assert ("unlisted", BUNDLE) in kinds(bucket, kept, ledgers={"another.example": leaves})
    assert kinds(bucket, kept, ledgers={ORIGIN: [*leaves[:7], Leaf("run", run_of(kept))]})[0][0] == "unlisted"


def test_without_a_ledger_nothing_is_missing(bucket: S3Store, kept: Kept) -> None:
    kept.push(bucket)
    remove_the_sign_off(bucket, kept, BUNDLE)
    assert kinds(bucket, kept, ledgers=None) == []


def test_a_bucket_is_audited_against_every_class(bucket: S3Store, kept: Kept) -> None:
    with pytest.raises(UsageError, match="no retention is declared of attestation"):
        audit(bucket, kept.check, {"internal": 1, "pseudonymised": 1, "personal": 1})


def test_links_in_a_directory_are_reported(kept: Kept, tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "archive")
    kept.push(store)
    path = tmp_path / "archive" / BUNDLE
    path.rename(tmp_path / "elsewhere.tar")
    path.symlink_to(tmp_path / "elsewhere.tar")
    found = audit(store, kept.check, {})
    assert (found.problems[0].kind, found.problems[0].key) == ("invalid", BUNDLE)
    assert "[unsafe-entry]" in found.problems[0].message
