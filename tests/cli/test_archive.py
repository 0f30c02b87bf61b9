"""``auditor archive``: pushed, listed, audited and restored, as a person does it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from archives import BUNDLE, KEPT, ORIGIN, Kept, make_kept
from s3 import make_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

    Run = Callable[..., Said]

RETAIN = [f"--retain={name}={days}" for name, days in KEPT.items()]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    made = make_kept(tmp_path)
    (tmp_path / "key.pub").write_bytes(made.sealed.public_pem)
    return made


@pytest.fixture
def archived(kept: Kept, auditor: Run, place: Path, tmp_path: Path) -> list[Any]:
    """Return the options that every command needs, the bundle being in ./archive."""
    key = ["--key", tmp_path / "key.pub", "--no-replay"]
    belongs = ["--sign-off", kept.sign_off, "--checkpoint", kept.checkpoint]
    done = auditor("archive", "push", "archive", kept.sealed.root, "--origin", ORIGIN, "--sequence", 7, *key, *belongs)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0].endswith(f"  {BUNDLE}")
    assert len(done.out.splitlines()) == 3
    assert "cannot forbid its deletion" in done.err
    return key


def test_what_was_pushed_is_listed_audited_and_restored(archived: list[Any], auditor: Run, place: Path) -> None:
    listed = auditor("archive", "list", "archive", "bundles/").out.split("\t")
    assert (listed[0], listed[3:]) == (BUNDLE, ["current", "-", "-\n"])
    audited = auditor("archive", "audit", "archive", *archived)
    assert (audited.code, audited.out) == (0, "")
    assert "sound: 1 bundle(s), 1 sign-off(s), 1 checkpoint(s); 0 problem(s)" in audited.err
    assert "no retention was checked" in audited.err
    restored = auditor("archive", "restore", "archive", BUNDLE, "back", *archived)
    assert restored.code == 0
    assert (place / "back" / "bagit.txt").is_file()
    assert [line.split("/")[0] for line in restored.out.splitlines()] == ["back", "back.sign-offs"]


def test_a_problem_is_a_line_and_exit_code_4(archived: list[Any], auditor: Run, place: Path) -> None:
    (place / "archive" / "notes.txt").write_bytes(b"x")
    done = auditor("archive", "audit", "archive", *archived, "--quiet")
    assert (done.code, done.out, done.err) == (4, "misnamed\tnotes.txt\t-\tno bundle, sign-off or checkpoint\n", "")


def test_an_empty_archive_is_inconclusive_and_none_is_usage(kept: Kept, auditor: Run, place: Path) -> None:
    key = ["--key", kept.sealed.root.parent.parent / "key.pub"]
    (place / "empty").mkdir()
    assert auditor("archive", "audit", "empty", *key).code == 3
    assert auditor("archive", "audit", "none", *key).code == 2
    assert auditor("archive", "list", "none").code == 2
    assert auditor("archive", "restore", "empty", BUNDLE, "back", *key).code == 2
    assert auditor("archive", "audit", "gs://x", *key).code == 2
    assert auditor("archive", "audit", "empty", "--key", "absent.pub").code == 2


def test_a_bucket_needs_every_retention(kept: Kept, auditor: Run, s3_endpoint: str, tmp_path: Path) -> None:
    bucket = make_store(s3_endpoint)
    store = f"s3://{bucket.bucket}/kept"
    options = ["--key", tmp_path / "key.pub", "--no-replay", "--endpoint", s3_endpoint]
    push = ["archive", "push", store, kept.sealed.root, "--origin", ORIGIN, "--sequence", 7, *options]
    refused = auditor(*push, RETAIN[0])
    assert (refused.code, "--retain internal=DAYS" in refused.err) == (2, True)
    assert auditor(*push, *RETAIN).code == 0
    assert auditor("archive", "list", store, "--endpoint", s3_endpoint).out.split("\t")[4].startswith("COMPLIANCE:")
    assert auditor("archive", "audit", store, *options, *RETAIN).code == 0


def test_what_cannot_be_read_alone_is_a_part_that_failed(archived: list[Any], auditor: Run, place: Path) -> None:
    checkpoint = next((place / "archive" / "checkpoints" / "8").iterdir())
    checkpoint.chmod(0o600)
    checkpoint.write_bytes(b"x")
    import hashlib

    checkpoint.rename(checkpoint.with_name(hashlib.sha256(b"x").hexdigest()))
    assert auditor("archive", "audit", "archive", *archived).code == 5


def test_without_boto3_it_says_what_to_do(auditor: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    done = auditor("archive", "list", "s3://bucket")
    assert (done.code, "reinstall auditor" in done.err) == (5, True)
