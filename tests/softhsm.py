"""A PKCS#11 token in software (SoftHSM 2), with one P-256 key that openssl made."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.adapters.signing.keys import GeneratedKey, generate_key

INSTALL = Path(__file__).parents[1] / "tools" / "install-softhsm.sh"
PIN, SO_PIN = "PLANTED-4711", "PLANTED-0815"


@dataclass(frozen=True)
class Token:
    """An initialised token: its module, and the file key that was imported as ``run-key``, id 01."""

    module: str
    key: GeneratedKey

    def uri(self, named: str = "token=signing;object=run-key") -> str:
        return f"pkcs11:{named}?module-path={self.module}"


def find_module() -> str:
    """Return the path of SoftHSM's module; without it a test is skipped, but under ``CI=true`` it fails."""
    found = subprocess.run([INSTALL, "--find"], check=False, capture_output=True, text=True)
    if found.returncode == 0:
        return found.stdout.strip()
    if os.environ.get("CI"):
        pytest.fail(f"CI needs SoftHSM: {found.stderr}")
    return pytest.skip(found.stderr.splitlines()[0])


def make_token(folder: Path, module: str) -> Token:
    """Make a token under ``folder``; ``SOFTHSM2_CONF`` must be set before the module is loaded, so it is set here."""
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    pins = ["--pin", PIN, "--so-pin", SO_PIN]
    for label in ("signing", "other"):
        run("softhsm2-util", "--init-token", "--free", "--label", label, *pins)
    key = generate_key(folder / "key.pem", "ecdsa-p256")
    for name, number in (("run-key", "01"), ("twin", "02"), ("twin", "03")):
        private = key.private_path if name == "run-key" else generate_key(folder / number, "ecdsa-p256").private_path
        held = ["--token", "signing", "--label", name, "--id", number, "--pin", PIN]
        run("softhsm2-util", "--import", str(private), *held)
    p384 = folder / "p384"
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", str(p384))
    run("softhsm2-util", "--import", str(p384), "--token", "signing", "--label", "p384", "--id", "04", "--pin", PIN)
    return Token(module, key)


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
