"""An outside expert: the folder that they are given, and docs/how-to/verify-independently.md followed in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.core.canonical import sha256_hex
from company import Company, make_company
from trusting import make_person, signed

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/how-to/verify-independently.md").read_text(encoding="utf-8")
BASH = shutil.which("bash") or "/bin/bash"
STEPS = {int(number): block for number, block in re.findall(r"\n## (\d)\. .*?\n```bash\n(.*?)```\n", PAGE, re.DOTALL)}
TOOLS = {5: "install-cosign.sh", 6: "install-sigstore-js.sh", 7: "install-tlog-judge.sh", 9: "install-opa.sh"}


@cache
def found(script: str) -> str | None:
    """Return what an install script finds, without installing anything."""
    done = subprocess.run([str(ROOT / "tools" / script), "--find"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def usable() -> list[int]:
    """Return the steps whose tool is here."""
    return [number for number in sorted(STEPS) if number not in TOOLS or found(TOOLS[number])]


class Given:
    """The folder that an expert is given, and the company that it is of."""

    def __init__(self, folder: Path, company: Company) -> None:
        self.folder = folder
        self.company = company

    @property
    def bundle(self) -> Path:
        (one,) = (self.folder / "unpacked").iterdir()
        return one

    def pack(self) -> None:
        """Make the tar of what lies unpacked. Whether a tar is canonical is not what this page checks."""
        with tarfile.open(self.folder / "bundle.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            tar.add(self.bundle, self.bundle.name)

    def edit(self, name: str, change: Callable[[bytes], bytes]) -> None:
        path = self.bundle / name
        before = path.read_bytes()
        path.write_bytes(change(before))
        assert path.read_bytes() != before

    def envelope(self, change: Callable[[dict[str, Any]], Any]) -> None:
        def changed(content: bytes) -> bytes:
            document = json.loads(content)
            change(document)
            return json.dumps(document).encode()

        self.edit(layout.ATTESTATION, changed)

    def manifest(self) -> None:
        """Write the manifests of the files that are there, as who changes a bundle and holds no key can."""
        for listing, names in (
            (layout.MANIFEST, sorted(one for one in self._names() if one.startswith(layout.PAYLOAD))),
            (layout.TAG_MANIFEST, sorted(layout.TAG_FILES)),
        ):
            if listing == layout.TAG_MANIFEST:
                self._oxum()
            lines = (f"{sha256_hex((self.bundle / name).read_bytes())}  {name}\n" for name in names)
            (self.bundle / listing).write_text("".join(lines), encoding="utf-8")

    def _names(self) -> list[str]:
        return [one.relative_to(self.bundle).as_posix() for one in self.bundle.rglob("*") if one.is_file()]

    def _oxum(self) -> None:
        sizes = [(self.bundle / one).stat().st_size for one in self._names() if one.startswith(layout.PAYLOAD)]
        info = (self.bundle / layout.BAG_INFO).read_text(encoding="utf-8")
        info = re.sub(r"Payload-Oxum: .*", f"Payload-Oxum: {sum(sizes)}.{len(sizes)}", info)
        (self.bundle / layout.BAG_INFO).write_text(info, encoding="utf-8")

    @property
    def signature(self) -> bytes:
        envelope = json.loads((self.bundle / layout.ATTESTATION).read_bytes())["dsseEnvelope"]
        return b64decode(envelope["signatures"][0]["sig"])

    def token(self, response: bytes) -> None:
        """Put another timestamp into the wrapper."""
        stamps = [{"signedTimestamp": b64encode(response).decode()}]
        self.envelope(lambda one: one["verificationMaterial"]["timestampVerificationData"].update(
            rfc3161Timestamps=stamps
        ))  # fmt: skip


@cache
def given(scheme: str = "ed25519") -> Given:
    """Make what an expert is given, once in a test process."""
    root = Path(mkdtemp(prefix="auditor-tests-expert-"))
    company = make_company(root / "company")
    company.runner = make_person(root, "run", scheme)
    done = company.run()
    folder = root / "given"
    (folder / "unpacked").mkdir(parents=True)
    shutil.copytree(done.bundle, folder / "unpacked" / done.bundle.name)
    shutil.copytree(company.ledger, folder / "ledger")
    (folder / "trust.sigstore.json").write_bytes(signed(company.trust().policy, company.owner))
    (folder / "owner.pub").write_bytes(company.owner.public)
    return Given(folder, company)


def refused_by(case: Given) -> dict[int, str]:
    """Follow the page in the folder of ``case``; return the steps that failed, and what they said."""
    case.pack()
    shutil.rmtree(case.folder / "unpacked")
    tools = case.folder.parent / "tools"
    tools.mkdir()
    if judge := found("install-tlog-judge.sh"):
        (tools / "ledger-check").symlink_to(judge.replace("tlog-judge-", "ledger-check-"))
    if modules := found("install-sigstore-js.sh"):
        (case.folder / "node_modules").symlink_to(modules)
    own = [Path(found(one) or "").parent for one in ("install-cosign.sh", "install-opa.sh") if found(one)]
    path = os.pathsep.join(map(str, [tools, Path(sys.executable).parent, *own, os.environ["PATH"]]))
    environment = {"PATH": path, "HOME": str(case.folder.parent), "LC_ALL": "C"}
    failed = {}
    for number in usable():
        command = [BASH, "-euo", "pipefail", "-c", STEPS[number]]
        done = subprocess.run(
            command, cwd=case.folder, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            failed[number] = f"{done.stdout}\n{done.stderr}"
    return failed


def copy(tmp_path: Path, scheme: str = "ed25519") -> Given:
    case = given(scheme)
    shutil.copytree(case.folder, tmp_path / "case", symlinks=True)
    return Given(tmp_path / "case", case.company)
