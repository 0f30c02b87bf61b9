"""What is published of a version: the same bytes wherever it is built, all that the lock names, attested."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tools.dist.build import build
from tools.dist.materials import bill_of_materials, cut, locked
from tools.dist.provenance import attest

from auditor.adapters.signing.keys import generate_key, load_signer
from expert import found

ROOT = Path(__file__).resolve().parents[2]
EPOCH = 1_780_000_000

pytestmark = pytest.mark.packaging


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"), EPOCH)


@pytest.fixture(scope="module")
def cosign():
    path = found("install-cosign.sh")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no cosign: run tools/install-cosign.sh")
        pytest.skip("no cosign")
    return path


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(built[0]) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    return root


@pytest.fixture(scope="module")
def bill():
    return bill_of_materials(ROOT, "0.1.0")


def test_who_builds_again_in_another_folder_under_another_umask_gets_the_same_bytes(built, unpacked, tmp_path):
    for path in unpacked.rglob("*"):
        os.utime(path, (1, 1))
    before = os.umask(0o077)
    try:
        again = build(tmp_path / "again", EPOCH, unpacked)
    finally:
        os.umask(before)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built]


def test_the_source_distribution_holds_every_file_of_the_clone(unpacked):
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert {name for name in done.stdout.splitlines() if (ROOT / name).is_file()} - kept == set()


def test_the_wheel_of_the_source_distribution_ships_the_pack(built):
    with zipfile.ZipFile(built[1]) as archive:
        assert archive.read("auditor/shipped/policies/policy.wasm") == (ROOT / "policies/policy.wasm").read_bytes()


def test_the_bill_of_materials_lists_the_lock_and_nothing_else(bill):
    document = json.loads(bill)
    names = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one for one in document["components"]}
    lock = locked(ROOT / "requirements.lock")
    assert {name: one["version"] for name, one in names.items()} == {name: pin for name, (pin, _) in lock.items()}
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    digests = {one["value"] for item in document["components"] for one in item["properties"]}
    assert digests == set(re.findall(r"sha256:([0-9a-f]{64})", text))
    assert all(one["licenses"] for one in document["components"])


def test_the_bill_of_materials_is_cyclone_dx_without_a_time(bill):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.decode()) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.decode().replace('"library"', '"nonsense"'))
    assert json.loads(bill)["metadata"].keys() & {"timestamp"} == set()
    assert "serialNumber" not in json.loads(bill)


def test_an_environment_that_is_not_the_locks_gets_no_bill(bill):
    document = json.loads(bill)
    lock = locked(ROOT / "requirements.lock") | {"duckdb": ("0.0.1", []), "left-pad": ("1.0", [])}
    with pytest.raises(
        SystemExit, match=r"duckdb: the lock says 0.0.1.*\n.*left-pad: the lock says 1.0, installed is no"
    ):
        cut(document, lock, "0.1.0")


def test_cosign_accepts_the_attestation_of_what_was_built_and_of_nothing_else(built, cosign, tmp_path):
    key = generate_key(tmp_path / "release.pem", "ecdsa-p256")
    bundle = tmp_path / "provenance.sigstore.json"
    bundle.write_bytes(attest(built, ROOT, EPOCH, "urn:test", load_signer(key.private_path)))

    def judged(path):
        command = [
            cosign, "verify-blob-attestation", "--key", key.public_path, "--bundle", bundle,
            "--type", "slsaprovenance1", "--insecure-ignore-tlog", "--offline", path,
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for path in built:
        done = judged(path)
        assert done.returncode == 0, done.stderr
    changed = tmp_path / built[1].name
    changed.write_bytes(built[1].read_bytes() + b"\n")
    assert judged(changed).returncode != 0


def test_the_provenance_says_what_it_was_made_of(built, tmp_path):
    from tools.dist.provenance import provenance

    said = json.loads(provenance(built, ROOT, EPOCH, "urn:test"))
    assert {one["name"]: one["digest"]["sha256"] for one in said["subject"]} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in built
    }
    made_of = {one["name"]: one["digest"] for one in said["predicate"]["buildDefinition"]["resolvedDependencies"]}
    assert (
        made_of["requirements.lock"]["sha256"] == hashlib.sha256((ROOT / "requirements.lock").read_bytes()).hexdigest()
    )


def test_hadolint_has_nothing_to_say_of_the_dockerfile():
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    worse = "FROM python\nRUN cd /tmp && sudo pip install auditor\n"
    judged = subprocess.run([hadolint, "-"], input=worse, capture_output=True, text=True, check=False)
    assert judged.returncode != 0


def test_the_image_is_built_of_files_that_are_let_in(tmp_path):
    """Every COPY of the Dockerfile finds its file under .dockerignore, and no key or bundle can slip in."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    assert ignore[0] == "*"
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    asked = {name for line in copies for name in line.split()}
    assert asked == let_in
    assert all((ROOT / name).exists() for name in asked)
