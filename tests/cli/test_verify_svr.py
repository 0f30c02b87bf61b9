"""``auditor verify --svr``: the verifier signs what was verified; cosign is the judge of what was signed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.core.verification_result import SVR_PREDICATE
from auditor.errors import UsageError
from auditor.shell.reliance import pinned_key
from auditor.shell.verification_result import verification_result
from auditor.shell.verify import verify
from expert import found
from published import problems
from sealed import AS_OF, make_sealed

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Said

    Run = Callable[..., Said]

FIRST = Path(__file__).parents[1] / "fixtures" / "bundles" / "v1"


@pytest.fixture
def given(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a copy of a bundle with its trust policy and ledger, and the key of a verifier."""
    monkeypatch.setenv("AUDITOR_STATE", str(place / "state"))
    shutil.copytree(FIRST, place / "given")
    generate_key(place / "given" / "verifier.pem", "ecdsa-p256")
    monkeypatch.chdir(place / "given")
    return place / "given"


def signed(path: Path) -> dict[str, Any]:
    payload = json.loads(path.read_bytes())["dsseEnvelope"]["payload"]
    statement: dict[str, Any] = json.loads(base64.b64decode(payload))
    return statement


def cosign(key: Path, bundle: Path, blob: Path) -> bool:
    """Return whether cosign accepts what ``key`` signed about ``blob``."""
    program = found("install-cosign.sh")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs cosign")
        pytest.skip("no cosign")
    command = [program, "verify-blob-attestation", "--key", str(key), "--bundle", str(bundle), "--type", SVR_PREDICATE]
    done = subprocess.run([*command, "--insecure-ignore-tlog", str(blob)], capture_output=True, text=True, check=False)
    return done.returncode == 0


def test_what_was_verified_under_a_trust_policy_and_its_ledger_is_signed_and_cosign_accepts_it(
    auditor: Run, given: Path
) -> None:
    relying = ("--trust", "trust.sigstore.json", "--trust-owner", "owner.pub", "--ledger", "ledger")
    done = auditor("verify", "bundle.tar", *relying, "--svr", "svr.sigstore.json", "--svr-key", "verifier.pem")
    assert done.code == 0, done.err
    statement = signed(given / "svr.sigstore.json")
    assert problems("predicate-svr", statement["predicate"]) == []
    properties = set(statement["predicate"]["properties"])
    assert properties >= {
        "AUDITOR_SIGNER_AUTHORISED",
        "AUDITOR_TIMESTAMP_VERIFIED",
        "AUDITOR_LEDGER_VERIFIED",
        "AUDITOR_DECISIONS_REPLAYED",
        "AUDITOR_GATE_SLO_POLICIES_APPROVED",
    }
    (result,) = [one for one in properties if one.startswith("AUDITOR_RESULT_")]
    assert "AUDITOR_LEDGER_ANCHORED" not in properties
    with tarfile.open("bundle.tar") as tar:
        tar.extractall(given / "there", filter="data")
    (root,) = (given / "there").iterdir()
    decided = json.loads((root / "data" / "decisions.json").read_bytes())
    assert result == f"AUDITOR_RESULT_{decided['result'].upper()}"
    assert signed(root / "attestations" / "run.sigstore.json")["subject"] == statement["subject"]
    svr = given / "svr.sigstore.json"
    assert cosign(given / "verifier.pem.pub", svr, root / "manifest-sha256.txt")
    assert cosign(given / "verifier.pem.pub", svr, root / "tagmanifest-sha256.txt")
    assert not cosign(given / "verifier.pem.pub", svr, root / "bagit.txt")
    assert not cosign(given / "run-key.pub", svr, root / "manifest-sha256.txt")


def test_without_a_replay_it_says_nothing_of_the_verdict(auditor: Run, given: Path) -> None:
    words = ("--key", "run-key.pub", "--no-replay", "--quiet", "--svr", "svr.json", "--svr-key", "verifier.pem")
    assert auditor("verify", "bundle.tar", *words).code == 0
    properties = signed(given / "svr.json")["predicate"]["properties"]
    assert properties == ["AUDITOR_SIGNATURE_VERIFIED", "AUDITOR_FILES_VERIFIED"]


def test_of_a_refused_bundle_nothing_is_signed(auditor: Run, given: Path) -> None:
    words = ("--key", "owner.pub", "--no-replay", "--svr", "svr.json", "--svr-key", "verifier.pem")
    done = auditor("verify", "bundle.tar", *words)
    assert (done.code, (given / "svr.json").exists()) == (4, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--svr", "svr.json"), "--svr and --svr-key go together"),
        (("--svr-key", "verifier.pem"), "--svr and --svr-key go together"),
        (("--svr", "owner.pub", "--svr-key", "verifier.pem"), "owner.pub: exists"),
        (("--svr", "nowhere/svr.json", "--svr-key", "verifier.pem"), "cannot be written to"),
        (("--svr", "svr.json", "--svr-key", "nowhere.pem"), "nowhere.pem"),
    ],
)
def test_what_cannot_be_signed_is_told_first(auditor: Run, given: Path, words: tuple[str, ...], said: str) -> None:
    done = auditor("verify", "bundle.tar", "--key", "run-key.pub", "--no-replay", *words)
    assert (done.code, done.out, said in done.err) == (2, "", True)


def test_who_sealed_the_run_cannot_say_that_it_was_verified(tmp_path: Path) -> None:
    sealed = make_sealed(tmp_path)
    done = verify(sealed.root, sealed.public_pem, replay=False)
    with pytest.raises(UsageError, match="sealed the run"):
        verification_result(done, pinned_key(sealed.public_pem, "key"), sealed.signer, AS_OF)
