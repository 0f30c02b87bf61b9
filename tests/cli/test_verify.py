"""``auditor verify``: a bundle that went elsewhere, without what made it, and standard tools over the same files."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console import Said, script

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Company

    Run = Callable[..., Said]
    Companies = Callable[..., Company]


@pytest.fixture
def moved(company: Companies, auditor: Run, tmp_path: Path, place: Path) -> Path:
    """Return a folder with a bundle and its public key; what it was made from and where is gone."""
    one = company("slow_generation")
    inputs = shutil.copytree(one.snapshot, place / "inputs")
    assert auditor("evaluate", "--snapshot", inputs, "--key", one.key.private_path).code == 1
    assessor = tmp_path / "assessor"
    assessor.mkdir()
    (made,) = (place / "bundles").iterdir()
    shutil.copytree(made, assessor / "bundle")
    shutil.copy(one.key.public_path, assessor / "key.pub")
    shutil.rmtree(place / "bundles")
    shutil.rmtree(inputs)
    return assessor


def bare(folder: Path) -> dict[str, str]:
    """Return an environment in which no opa, no home and no setting can be found."""
    return {"PATH": "/nonexistent", "HOME": str(folder), "TMPDIR": os.environ["TMPDIR"]}


def test_a_moved_bundle_verifies_without_its_inputs_and_without_opa(moved: Path) -> None:
    done = script("verify", "bundle", "--key", "key.pub", cwd=moved, env=bare(moved))
    assert done.code == 0, done.err
    assert "VERIFIED   support-hybrid-routing-production-" in done.out
    assert "decided again to the same bytes" in done.out
    assert "NO-GO" in done.out
    assert done.err == ""


def test_the_tar_of_a_bundle_verifies_alike(moved: Path, auditor: Run) -> None:
    assert auditor("pack", moved / "bundle", moved / "bundle.tar").code == 0
    folder, tar = (auditor("verify", moved / name, "--key", moved / "key.pub") for name in ("bundle", "bundle.tar"))
    assert tar == folder
    assert "decided again to the same bytes" in tar.out


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("data/decisions.json", "digest-mismatch"),
        ("data/snapshot/requests.parquet", "digest-mismatch"),
        ("data/policies/policy.wasm", "digest-mismatch"),
        ("manifest-sha256.txt", "subject-mismatch"),
        ("bagit.txt", "container-malformed"),
    ],
)
def test_a_flipped_bit_is_refused_by_name(name: str, refusal: str, moved: Path, auditor: Run) -> None:
    path = moved / "bundle" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = auditor("verify", moved / "bundle", "--key", moved / "key.pub")
    assert done.code == 4
    assert f"[{refusal}]" in done.err
    assert Path(name).name in done.err or refusal == "subject-mismatch"
    assert done.out == ""


def test_without_replay_the_output_says_so(moved: Path, auditor: Run) -> None:
    done = auditor("verify", moved / "bundle", "--key", moved / "key.pub", "--no-replay")
    assert (done.code, "DECISIONS NOT RE-EXECUTED" in done.out) == (0, True)


def test_quiet_says_nothing_and_ends_alike(moved: Path, auditor: Run) -> None:
    for more in ([], ["--no-replay"]):
        assert auditor("verify", moved / "bundle", "--key", moved / "key.pub", "--quiet", *more) == Said(0, "", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["absent", "--key", "key.pub"], "absent: no such folder"),
        (["bundle", "--key", "absent.pub"], "--key absent.pub: cannot be read"),
        (["bundle", "--key", "bundle/bagit.txt"], "bundle/bagit.txt: no PEM public key"),
        (["bundle"], "verified against --key, or against --trust"),
    ],
)
def test_a_mistake_is_told(
    arguments: list[str], says: str, moved: Path, auditor: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(moved)
    done = auditor("verify", *arguments)
    assert (done.code, says in done.err) == (2, True), done.err


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum_checks_a_moved_bundle(manifest: str, moved: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", manifest]
    done = subprocess.run(command, cwd=moved / "bundle", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_openssl_checks_the_signature_of_a_moved_bundle(moved: Path) -> None:
    """DSSE v1.0: the signature is over the pre-authentication encoding of payload type and payload."""
    envelope = json.loads((moved / "bundle" / "attestations" / "run.sigstore.json").read_bytes())["dsseEnvelope"]
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pub",
        "-rawin",
        "-in",
        "pae",
        "-sigfile",
        "sig",
    ]
    (moved / "sig").write_bytes(signature)
    for content, works in ((signed, True), (signed + b" ", False)):
        (moved / "pae").write_bytes(content)
        done = subprocess.run(command, cwd=moved, capture_output=True, text=True, check=False)
        assert (done.returncode == 0, "Verified Successfully" in done.stdout) == (works, works), done.stderr
