"""Attacks on the files of a bundle, without any key. Most are in tests/adapters/bundle/test_reader.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attacks.registry import attack
from auditor.adapters.bundle import layout

if TYPE_CHECKING:
    from attacks.scene import Scene


@attack("payload", "an approval is slipped in beside the signed statements", "file-unexpected")
def slipped_in(scene: Scene) -> str:
    (scene.bundle / layout.statement_name("0" * 64)).write_bytes(scene.say("bo", "product"))
    return scene.refusal()


@attack("payload", "the rows of what people signed are taken out", "file-missing")
def taken_out(scene: Scene) -> str:
    (scene.bundle / layout.EVIDENCE_TABLES).unlink()
    return scene.refusal()


@attack("payload", "a fact of that size is another", "digest-mismatch")
def another_fact(scene: Scene) -> str:
    path = scene.bundle / layout.SNAPSHOT / "coverage.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    return scene.refusal()


@attack("payload", "a sign-off is laid beside the attestation", "file-unexpected")
def beside(scene: Scene) -> str:
    (scene.bundle / "attestations" / "signoff-slo-0.sigstore.json").write_bytes(scene.say("bo", "product"))
    return scene.refusal()
