"""Attacks on the tar of a bundle; each other one is in tests/adapters/bundle/test_container_reader.py."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from attacks.registry import HOLDS, attack
from auditor.adapters.bundle.container import pack_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from attacks.scene import Scene


def packed(scene: Scene) -> Path:
    path = scene.company.root / "bundle.tar"
    pack_bundle(scene.bundle, path)
    return path


@attack("container", "a second attestation behind the first in the tar", "container-not-canonical")
def second_attestation(scene: Scene) -> str:
    """Readers differ in which of two they take; here neither is."""
    path = packed(scene)
    with tarfile.open(path, "a", format=tarfile.USTAR_FORMAT) as archive:
        name = f"{scene.predicate()['bundleId']}/attestations/run.sigstore.json"
        archive.add(scene.bundle / "attestations" / "run.sigstore.json", name)
    return scene.refusal(path)


@attack("container", "a tar that another tool wrote of the same files", "container-not-canonical")
def another_tool(scene: Scene) -> str:
    path = scene.company.root / "bundle.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(scene.bundle, scene.bundle.name)
    return scene.refusal(path)


@attack("container", "a compressed tar", "not-a-bundle")
def compressed(scene: Scene) -> str:
    import gzip

    path = packed(scene)
    path.write_bytes(gzip.compress(path.read_bytes()[:100_000]))
    return scene.refusal(path)


@attack("container", "a cut tar", "container-not-canonical")
def cut(scene: Scene) -> str:
    path = packed(scene)
    path.write_bytes(path.read_bytes()[:-1024])
    return scene.refusal(path)


@attack("container", "calling the canonical tar another bundle than its folder", HOLDS)
def same(scene: Scene) -> str:
    path = packed(scene)
    scene.file()
    return HOLDS if scene.verify(path).bundle.statement == scene.verify().bundle.statement else "another"
