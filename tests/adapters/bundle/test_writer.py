"""Sealing: what is written, that other tools take it, and that it is whole or not there."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.bundle.writer import seal
from auditor.adapters.signing.envelope import open_envelope
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.adapters.signing.timestamps import token_time
from auditor.errors import EngineError, UsageError
from sealed import AS_OF, BUNDLE_ID, Sealed, make_sealed, request, signed_statement
from tsa import make_tsa

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def signer(tmp_path: Path) -> Any:
    return load_signer(generate_key(tmp_path / "signer.pem").private_path)


def test_the_layout(sealed: Sealed) -> None:
    found = sorted(path.relative_to(sealed.root).as_posix() for path in sealed.root.rglob("*") if path.is_file())
    assert sealed.root.name == BUNDLE_ID
    assert found == [
        "attestations/run.sigstore.json",
        "bag-info.txt",
        "bagit.txt",
        "data/decisions.json",
        "data/environment/environment.json",
        "data/evidence/tables.json",
        "data/policies/controls/slo/p95/p95.sql",
        "data/policies/policy.wasm",
        "data/policies/profiles/small.toml",
        "data/report/report.md",
        "data/snapshot/coverage.parquet",
        "data/snapshot/snapshot.json",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
    ]


@pytest.mark.parametrize("name", [layout.MANIFEST, layout.TAG_MANIFEST])
def test_sha256sum_takes_the_manifests(sealed: Sealed, name: str) -> None:
    command = ["sha256sum", "--check", "--strict", name]
    done = subprocess.run(command, cwd=sealed.root, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_bagit_takes_the_bag(sealed: Sealed) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", str(sealed.root)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sealed.edit("data/report/report.md", lambda content: content + b" ")
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_bag_info(sealed: Sealed) -> None:
    count = sum(1 for path in sealed.path("data").rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in sealed.path("data").rglob("*") if path.is_file())
    lines = sealed.path("bag-info.txt").read_text().splitlines()
    assert re.fullmatch(r"Bag-Software-Agent: auditor \S+", lines[0])
    assert lines[1:] == [
        "Bagging-Date: 2026-03-01",
        "External-Description: Evidence of support-llm in production, release 3f2a9c1",
        f"External-Identifier: {BUNDLE_ID}",
        f"Payload-Oxum: {size}.{count}",
    ]


def test_the_statement_names_the_manifests_and_what_was_decided(sealed: Sealed) -> None:
    statement = signed_statement(sealed)
    assert [one["name"] for one in statement["subject"]] == ["manifest-sha256.txt", "tagmanifest-sha256.txt"]
    predicate = statement["predicate"]
    assert predicate["bundleId"] == BUNDLE_ID
    assert predicate["gates"] == [{"gate": "go", "kind": "go_no_go", "decision": "go", "verdict": "pass"}]
    assert predicate["producer"]["keyId"] == sealed.signer.public_key.keyid
    assert predicate["chain"] is None
    assert predicate["approval"] == "unapproved"


def test_no_key_travels_inside(sealed: Sealed) -> None:
    everything = b"".join(path.read_bytes() for path in sealed.root.rglob("*") if path.is_file())
    assert b"-----BEGIN" not in everything
    assert sealed.public_pem.splitlines()[1] not in everything


def test_the_same_run_and_an_ed25519_key_give_the_same_bytes(sealed: Sealed, tmp_path: Path) -> None:
    again = seal(request(tmp_path / "again"), tmp_path / "out2", sealed.signer)
    for path in sorted(sealed.root.rglob("*")):
        other = again / path.relative_to(sealed.root)
        assert path.is_dir() or other.read_bytes() == path.read_bytes()


def test_a_run_is_sealed_with_a_timestamp_or_not_at_all(tmp_path: Path, signer: Any) -> None:
    tsa = make_tsa(AS_OF)
    stamped = replace(request(tmp_path / "run"), timestamper=tsa.stamp)
    content = (seal(stamped, tmp_path / "out", signer) / layout.ATTESTATION).read_bytes()
    opened = open_envelope(content, signer.public_key, "here")
    assert token_time(opened.timestamp, opened.signature, [tsa.authority], "here") == AS_OF
    wrong = replace(stamped, timestamper=lambda _: tsa.stamp(b"another signature"))
    with pytest.raises(EngineError, match="no token that can be sealed"):
        seal(wrong, tmp_path / "none", signer)
    assert not (tmp_path / "none").exists()


def test_a_sealed_bundle_is_never_replaced(sealed: Sealed, tmp_path: Path) -> None:
    before = sealed.path(layout.ATTESTATION).read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        seal(request(tmp_path / "run"), sealed.root.parent, sealed.signer)
    assert [path.name for path in sealed.root.parent.iterdir()] == [BUNDLE_ID]
    assert sealed.path(layout.ATTESTATION).read_bytes() == before


def test_an_output_that_is_a_file_is_said(tmp_path: Path, signer: Any) -> None:
    (tmp_path / "out").write_text("mine")
    for output in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(UsageError, match="no bundle can be written here"):
            seal(request(tmp_path / "run"), output, signer)
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody may write, root or not")
def test_an_output_that_cannot_be_written_is_said(tmp_path: Path, signer: Any) -> None:
    with pytest.raises(UsageError, match="no bundle can be written here"):
        seal(request(tmp_path / "run"), Path("/proc/self/out"), signer)


def _lose(*names: str) -> Callable[[Any], Any]:
    def change(one: Any) -> Any:
        for name in names:
            (one.snapshot.parent / name).unlink()
        return one

    return change


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        (_lose("policies/policy.wasm"), EngineError, "policy.wasm"),
        (lambda one: replace(one, snapshot=one.snapshot / "none"), EngineError, "none: sealing failed"),
        (lambda one: replace(one, bundle_id="../elsewhere"), UsageError, "cannot be the name of a bundle"),
        (lambda one: replace(one, bundle_id="a/b"), UsageError, "cannot be the name of a bundle"),
        (lambda one: replace(one, bundle_id=".hidden"), UsageError, "cannot be the name of a bundle"),
        (lambda one: replace(one, reports={"Report.md": b""}), UsageError, "cannot be a name in a bundle"),
        (lambda one: replace(one, reports={"../../x": b""}), UsageError, "cannot be a name in a bundle"),
        (lambda one: replace(one, policy_files=("policy.wasm", "policy.wasm")), EngineError, "File exists"),
        (lambda one: replace(one, document=one.document | {"gates": []}), EngineError, "cannot be stated"),
        (lambda one: replace(one, document=one.document | {"asOf": "now"}), EngineError, "cannot be stated"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(
    tmp_path: Path, signer: Any, change: Callable[[Any], Any], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        seal(change(request(tmp_path / "run")), tmp_path / "new" / "out", signer)
    assert not (tmp_path / "new").exists()


def test_what_no_tar_can_hold_is_not_sealed(tmp_path: Path, signer: Any) -> None:
    """A name that a bundle may have, but a ustar header has no room for after the last slash."""
    name = "x" * 97 + ".sql"
    wanted = request(tmp_path / "run")
    (wanted.policies / name).write_bytes(b"select 1")
    with pytest.raises(UsageError, match="has no slash"):
        seal(replace(wanted, policy_files=(*wanted.policy_files, name)), tmp_path / "out", signer)
    assert not (tmp_path / "out").exists()


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    sealed = make_sealed(tmp_path)
    output = tmp_path / "full"
    script = f"""
        import resource, sys
        from pathlib import Path
        from auditor.adapters.bundle.writer import seal
        from auditor.adapters.signing.keys import load_signer
        from auditor.errors import EngineError
        from sealed import request
        run, signer = request(Path({str(tmp_path / "run")!r})), load_signer(Path({str(sealed.private_key)!r}))
        resource.setrlimit(resource.RLIMIT_FSIZE, (256, 256))
        try:
            seal(run, Path({str(output)!r}), signer)
        except EngineError as error:
            print(error)
    """
    command = [sys.executable, "-B", "-c", textwrap.dedent(script)]
    tests = Path(__file__).parents[2]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(tests)})
    assert "sealing failed" in done.stdout, done.stderr
    assert "free some space" in done.stdout
    assert not output.exists()


def test_what_a_killed_process_left_half_sealed_is_removed_and_what_is_being_sealed_stays(tmp_path: Path) -> None:
    left, held = tmp_path / "out" / ".sealing-left", tmp_path / "out" / ".sealing-held"
    for folder in (left, held):
        folder.mkdir(parents=True)
        (folder / "data").write_bytes(b"half")
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        make_sealed(tmp_path)
        assert not left.exists()
        assert held.exists()
    finally:
        os.close(descriptor)
