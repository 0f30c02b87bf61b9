"""A ledger for tests, the statements that are filed in one, and those who sign them."""

from __future__ import annotations

import json
import tempfile
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.ledger.checking import LedgerTrust
from auditor.adapters.ledger.directory import LedgerDirectory, init_ledger
from auditor.adapters.ledger.note_keys import NoteKey, key_of
from auditor.adapters.ledger.reader import LedgerView, read_ledger
from auditor.adapters.signing.envelope import sign, unverified_payload
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.core.canonical import canonical_json, sha256_hex
from auditor.core.filing import leaf_of
from auditor.core.leaves import (
    AbandonedPredicate,
    Leaf,
    RunStartedPredicate,
    abandoned_statement,
    run_started_statement,
)
from auditor.core.people import MODELS, SIGN_OFF, run_subject
from auditor.core.statement import statement_bytes
from people_said import DIGEST, SIGNED
from sealed import make_sealed

if TYPE_CHECKING:
    from auditor.adapters.ledger.directory import Appended
    from auditor.adapters.signing.sslib import Signer

ORIGIN = "audit.example/support/production"
RELEASE = "r1"


@dataclass(frozen=True)
class Filed:
    """A leaf and the envelope of its statement."""

    leaf: Leaf
    envelope: bytes


@dataclass(frozen=True)
class World:
    """A ledger, its key, and the key that signs statements."""

    path: Path
    signer: Signer
    author: Signer

    @property
    def key(self) -> NoteKey:
        return key_of(ORIGIN, self.signer)

    @property
    def trust(self) -> LedgerTrust:
        return LedgerTrust(self.key)

    @property
    def directory(self) -> LedgerDirectory:
        return LedgerDirectory(self.path)

    def view(self) -> LedgerView:
        return read_ledger(self.path)

    def append(self, filed: Filed) -> Appended:
        return self.directory.append(filed.leaf, filed.envelope, self.signer)

    def filed(self, payload: bytes, closed: tuple[int, Leaf] | None = None) -> Filed:
        key_id = self.author.public_key.keyid
        leaf = leaf_of(json.loads(payload), sha256_hex(payload), key_id, closed)
        return Filed(leaf, sign(payload, self.author))

    def started(self, number: int = 0, release: str = RELEASE) -> Filed:
        return self.filed(run_started_statement(start(number, release)))

    def run(self, closed: tuple[int, Leaf], number: int = 0) -> Filed:
        document = run_document()
        document["predicate"]["bundleId"] = f"bundle-{number}"
        document["predicate"]["scope"] = scope(closed[1].release)
        return self.filed(canonical_json(document), closed)

    def abandoned(self, closed: tuple[int, Leaf]) -> Filed:
        predicate = AbandonedPredicate(
            schemaVersion=1,
            ledger=ORIGIN,
            sequence=closed[0],
            reason="the machine went away",
            timeAbandoned="2026-03-01T13:00:00Z",
        )
        return self.filed(abandoned_statement(predicate, closed[1].statement), closed)

    def said(self, predicate_type: str = SIGN_OFF, release: str = RELEASE, **changes: Any) -> Filed:
        predicate = MODELS[predicate_type].model_validate(SIGNED[predicate_type] | {"scope": scope(release)} | changes)
        return self.filed(statement_bytes(run_subject("bundle", DIGEST), predicate_type, predicate))

    def filled(self) -> list[Leaf]:
        """File a run, a sign-off, an abandoned run and one that stays open; return the leaves."""
        first, second = self.started(1), self.started(2)
        self.append(first)
        self.append(self.run((0, first.leaf)))
        self.append(self.said())
        self.append(second)
        self.append(self.abandoned((3, second.leaf)))
        self.append(self.started(3, "r2"))
        return list(self.view().leaves)


def make_world(folder: Path) -> World:
    """Make an empty ledger in ``folder/ledger``."""
    signers = []
    for name in ("ledger-key.pem", "author.pem"):
        generate_key(folder / name)
        signers.append(load_signer(folder / name))
    init_ledger(folder / "ledger", ORIGIN, signers[0])
    return World(folder / "ledger", signers[0], signers[1])


def scope(release: str) -> dict[str, str]:
    return {"system": "support", "environment": "production", "release": release, "phase": ""}


def start(number: int, release: str = RELEASE) -> RunStartedPredicate:
    return RunStartedPredicate.model_validate(
        {
            "schemaVersion": 1,
            "scope": scope(release),
            "profile": {"id": "small", "sha256": DIGEST},
            "policyDigest": "b" * 64,
            "configurationDigest": "c" * 64,
            "asOf": None,
            "timeStarted": "2026-03-01T12:00:00Z",
            "nonce": f"{number:032x}",
        }
    )


def run_document() -> Any:
    """Return the statement of a sealed run, parsed, to change."""
    return deepcopy(_run_document())


@cache
def _run_document() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        sealed = make_sealed(Path(folder))
        attestation = sealed.root / "attestations" / "run.sigstore.json"
        return json.loads(unverified_payload(attestation.read_bytes(), "run")[0])
