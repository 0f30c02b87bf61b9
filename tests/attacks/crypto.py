"""Attacks on keys and signatures, by somebody who can compute what anybody can, or who holds one key too many."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from attacks.registry import HOLDS, attack
from attacks.scene import GATE
from auditor.adapters.bundle import layout
from auditor.adapters.ledger.reader import read_ledger
from auditor.adapters.signing.envelope import payload_digest
from auditor.core.canonical import canonical_json
from trusting import make_person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from attacks.scene import Scene

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def rewrap(envelope: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    document = json.loads(envelope)
    change(document)
    return canonical_json(document)


def signature_of(envelope: bytes) -> bytes:
    return base64.b64decode(json.loads(envelope)["dsseEnvelope"]["signatures"][0]["sig"])


def with_signature(envelope: bytes, signature: bytes, token: bytes | None) -> bytes:
    """Put another signature, and another token if given, into a wrapper."""

    def change(document: dict[str, Any]) -> None:
        document["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(signature).decode()
        if token is not None:
            stamps = [{"signedTimestamp": base64.b64encode(token).decode()}]
            document["verificationMaterial"]["timestampVerificationData"] = {"rfc3161Timestamps": stamps}

    return rewrap(envelope, change)


def malleated(signature: bytes) -> bytes:
    """Return the other valid ECDSA signature: s for n - s. No key is needed for it."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, P256_ORDER - s)


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


@attack("crypto", "a second valid ECDSA signature makes a second statement", HOLDS)
def second_identity(scene: Scene) -> str:
    envelope = scene.say("bo", "product")
    signature = malleated(signature_of(envelope))
    other = with_signature(envelope, signature, scene.company.tsa.stamp(signature))
    assert signature_of(other) != signature_of(envelope)
    first, before = scene.file(envelope), len(read_ledger(scene.company.ledger).leaves)
    again = scene.file(other)
    same = (first, before) == (again, len(read_ledger(scene.company.ledger).leaves))
    return HOLDS if same and not scene.uncounted(first) else "two statements"


@attack("crypto", "a malleated signature under the old token", "timestamp-invalid")
def malleated_run(scene: Scene) -> str:
    scene.seal_as(scene.company.people["bo"])  # P-256; a run's key may be one too
    bo = scene.company.people["bo"]
    scene.amend(lambda policy: _let_run(policy, bo.key_id))
    scene.company.runner = bo
    scene.forge(lambda one: one["producer"].update(keyId=bo.key_id))
    assert scene.verify(ledger=False)
    edit(scene.bundle / layout.ATTESTATION, lambda old: with_signature(old, malleated(signature_of(old)), None))
    return scene.refusal(ledger=False)


def _let_run(policy: dict[str, Any], key_id: str) -> None:
    """Let the key that was bo's be the machine's."""
    machine = next(one for one in policy["keys"] if one["person"] is None)
    kept = next(one for one in policy["keys"] if one["person"] == "bo")
    policy["keys"].remove(kept)
    assert machine["keyId"] == key_id


@attack("crypto", "a run signed by a stranger's key", "key-unknown")
def stranger(scene: Scene) -> str:
    return scene.seal_as(make_person(scene.company.root, "stranger")).refusal()


@attack("crypto", "a run signed by a person's key", "key-not-for-predicate")
def person_runs(scene: Scene) -> str:
    return scene.seal_as(scene.company.people["ada"]).refusal()


@attack("crypto", "a stranger's signature in the runner's name", "signature-invalid")
def borrowed_name(scene: Scene) -> str:
    stranger = make_person(scene.company.root, "stranger")
    ours = scene.company.runner.key_id
    scene.seal_as(stranger)
    edit(scene.bundle / layout.ATTESTATION, lambda old: old.replace(stranger.key_id.encode(), ours.encode()))
    return scene.refusal()


@attack("crypto", "the predicate names another key than signed it", "producer-key-mismatch")
def another_producer(scene: Scene) -> str:
    return scene.forge(lambda one: one["producer"].update(keyId="0" * 64)).refusal()


@attack("crypto", "a rejection's signature is spoiled in the ledger", "signature-invalid")
def spoiled(scene: Scene) -> str:
    """Leaves hold digests of statements, not of envelopes; a rejection must not go by losing its signature."""
    return damage(scene, lambda old: with_signature(old, bytes(64), None))


@attack("crypto", "a rejection's token is taken off in the ledger", "timestamp-missing")
def stripped(scene: Scene) -> str:
    return damage(
        scene,
        lambda old: rewrap(old, lambda one: one["verificationMaterial"].pop("timestampVerificationData")),
    )


@attack("crypto", "a rejection's token is changed for another statement's", "timestamp-invalid")
def exchanged(scene: Scene) -> str:
    return damage(
        scene,
        lambda old: with_signature(old, signature_of(old), scene.company.tsa.stamp(b"another signature")),
    )


def damage(scene: Scene, change: Callable[[bytes], bytes]) -> str:
    """Approve, reject, and spoil the envelope of the rejection where it is filed; return what admission meets."""
    from attacks.scene import refused

    scene.filed().require(GATE, "product")
    scene.hear("bo", "product")
    rejection = scene.hear("bo", "product", decision="REJECTED")
    edit(scene.statement_path(rejection), change)
    assert payload_digest(scene.statement_path(rejection).read_bytes(), "x") == rejection
    return refused(scene.admission)
