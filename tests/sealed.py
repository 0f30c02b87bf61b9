"""A small sealed bundle for tests, and a forger: someone who holds the key and lies with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout, manifest
from auditor.adapters.bundle.writer import SealRequest, seal
from auditor.adapters.signing.envelope import sign
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.core.canonical import canonical_json
from auditor.core.run_predicate import RUN_PREDICATE, RunPredicate
from auditor.core.statement import STATEMENT_TYPE, subject
from auditor.shell.sandbox import Contained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.signing.timestamps import Timestamper

AS_OF = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCOPE = {"system": "support-llm", "environment": "production", "release": "3f2a9c1", "phase": "phase-3"}
BUNDLE_ID = "support-llm-production-20260301t120000z-00c0ffee"
REPORT = b"# Verdict\n\nGO\n"


def document() -> dict[str, Any]:
    """Return decisions as a run writes them, with one line and one gate."""
    return {
        "schemaVersion": 1,
        "scope": dict(SCOPE),
        "asOf": "2026-03-01T12:00:00Z",
        "profile": {"id": "small", "sha256": hashlib.sha256(b"id = 'small'\n").hexdigest()},
        "result": "pass",
        "gates": [
            {
                "gate": "go",
                "title": "Go",
                "kind": "go_no_go",
                "decision": "go",
                "verdict": "pass",
                "provisional": False,
                "rule": "",
                "lines": ["a"],
            }
        ],
        "lines": [
            {
                "line": "a",
                "title": "A",
                "checklist": ["217"],
                "verdict": "pass",
                "reason": "within_limit",
                "provisional": False,
                "controls": [{"control": "slo.p95", "parameters": {"limit": 100}}],
                "members": [],
                "decidedBy": None,
                "signOff": None,
                "role": None,
                "latched": False,
            }
        ],
        "findings": [
            {
                "line": "a",
                "control": "slo.p95",
                "resource": "all",
                "members": 1,
                "verdict": "pass",
                "reason": "within_limit",
                "observed": 41,
                "limit": 100,
                "sampleSize": 7,
                "window": {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T12:00:00Z"},
                "evidence": {},
                "waivers": [],
                "adjudications": [],
            }
        ],
        "history": [],
    }


def request(folder: Path) -> SealRequest:
    """Return what to seal, its files written under ``folder``."""
    snapshot, policies = folder / "snapshot", folder / "policies"
    for path, content in {
        snapshot / "snapshot.json": canonical_json({"scope": SCOPE}),
        snapshot / "coverage.parquet": b"PAR1\x00\xff\x00coverage\r\nPAR1",
        policies / "policy.wasm": b"\x00asm\x01\x00\x00\x00",
        policies / "profiles" / "small.toml": b"id = 'small'\n",
        policies / "controls" / "slo" / "p95" / "p95.sql": b"select 1 as n order by n\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    decided = document()
    return SealRequest(
        bundle_id=BUNDLE_ID,
        snapshot=snapshot,
        policies=policies,
        policy_files=("controls/slo/p95/p95.sql", "policy.wasm", "profiles/small.toml"),
        decisions=canonical_json(decided),
        document=decided,
        reports={"report.md": REPORT},
        environment_files={"environment.json": b"{}"},
        environment={"python": "3.11.9", "duckdb": "1.4.0", "opa": "1.0.0"},
        time_created=AS_OF + timedelta(minutes=5),
        valid_until=AS_OF + timedelta(days=1),
        settings={"TimeZone": "UTC"},
        development_key=True,
    )


@dataclass(frozen=True)
class Sealed:
    """A bundle, and the key pair that sealed it."""

    root: Path
    private_key: Path
    public_pem: bytes
    timestamper: Timestamper | None = None

    @property
    def signer(self) -> Any:
        return load_signer(self.private_key)

    def path(self, name: str) -> Path:
        return self.root / name

    def edit(self, name: str, change: Callable[[bytes], bytes]) -> None:
        self.path(name).write_bytes(change(self.path(name).read_bytes()))

    def edit_wrapper(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the wrapper as parsed JSON and write it canonically again; the signature stays as it was."""
        wrapper = json.loads(self.path(layout.ATTESTATION).read_bytes())
        change(wrapper)
        self.path(layout.ATTESTATION).write_bytes(canonical_json(wrapper))


def make_sealed(folder: Path, scheme: str = "ed25519") -> Sealed:
    """Seal the small run with a new key, all under ``folder``."""
    key = generate_key(folder / "key.pem", scheme)
    root = seal(request(folder / "run"), folder / "out", load_signer(key.private_path))
    return Sealed(root, key.private_path, key.public_path.read_bytes())


def forge(
    sealed: Sealed,
    *,
    predicate: Callable[[dict[str, Any]], None] = lambda _: None,
    statement: Callable[[dict[str, Any]], None] = lambda _: None,
    tags: Callable[[dict[str, bytes]], None] = lambda _: None,
    encode: Callable[[Any], bytes] = canonical_json,
) -> None:
    """Make manifests, list of files, bag-info and signature match what now lies in the bundle, then lie on request.

    ``predicate`` and ``statement`` change what is signed, ``tags`` the tag files before they are listed and signed.
    """
    files = {
        path.relative_to(sealed.root).as_posix(): manifest.Entry(
            hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size
        )
        for path in sorted(sealed.path("data").rglob("*"))
        if path.is_file()
    }
    stated = signed_statement(sealed)["predicate"]
    stated["files"] = manifest.file_members(files)
    stated["policyDigest"] = manifest.policy_digest({name: entry.sha256 for name, entry in files.items()})
    stated["replay"]["decisionsDigest"] = files[layout.DECISIONS].sha256
    written = {
        layout.BAG_INFO: manifest.bag_info(RunPredicate.model_validate(stated)),
        layout.DECLARATION: layout.BAGIT_TXT,
        layout.MANIFEST: manifest.render({name: entry.sha256 for name, entry in files.items()}),
    }
    tags(written)
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}
    written.setdefault(layout.TAG_MANIFEST, manifest.render(listed))
    predicate(stated)
    signed = {
        "_type": STATEMENT_TYPE,
        "subject": [subject(name, written[name]) for name in (layout.MANIFEST, layout.TAG_MANIFEST)],
        "predicateType": RUN_PREDICATE,
        "predicate": stated,
    }
    statement(signed)
    for name, content in written.items():
        sealed.path(name).write_bytes(content)
    sealed.path(layout.ATTESTATION).write_bytes(sign(encode(signed), sealed.signer, sealed.timestamper))


def signed_statement(sealed: Sealed) -> dict[str, Any]:
    """Return the statement that a bundle carries."""
    import base64

    wrapper = json.loads(sealed.path(layout.ATTESTATION).read_bytes())
    statement: dict[str, Any] = json.loads(base64.b64decode(wrapper["dsseEnvelope"]["payload"]))
    return statement


def forge_decisions(sealed: Sealed, change: Callable[[dict[str, Any]], None]) -> None:
    """Change decisions.json and sign the changed bundle; the predicate's own words stay."""
    decided = json.loads(sealed.path(layout.DECISIONS).read_bytes())
    change(decided)
    sealed.path(layout.DECISIONS).write_bytes(canonical_json(decided))
    forge(sealed)


def decide_alike(bundle: CheckedBundle, timeout_s: float) -> Contained:
    """Stand in for the contained child: decides what the bundle says was decided."""
    del timeout_s
    return Contained({"decisions": bundle.document, "reports": {"report.md": REPORT.decode()}}, ("a test",))


def decide_unlike(bundle: CheckedBundle, timeout_s: float, **changes: Any) -> Contained:
    """Stand in for the contained child: decides something else."""
    answer = decide_alike(bundle, timeout_s)
    return replace(answer, result=answer.result | {"decisions": bundle.document | changes})
