"""Attacks on the archive; the audit's own are in tests/shell/test_archive_audit.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archives import BUNDLE, make_kept
from attacks.registry import attack
from attacks.scene import refused
from auditor.adapters.archive.directory import DirectoryStore
from auditor.shell.archive import restore
from sealed import forge

if TYPE_CHECKING:
    from archives import Kept
    from attacks.scene import Scene


def kept(scene: Scene) -> tuple[Kept, DirectoryStore]:
    """Return an archive in a directory into which a bundle was pushed."""
    folder = scene.company.root / "kept"
    folder.mkdir()
    one, store = make_kept(folder), DirectoryStore(scene.company.root / "archive")
    one.push(store)
    return one, store


@attack("archive", "another bundle under the sequence of one that is kept", "archive-conflict")
def another_bundle(scene: Scene) -> str:
    one, store = kept(scene)
    forge(one.sealed, predicate=lambda stated: stated.update(validUntil="2026-03-09T00:00:00Z"))
    return refused(lambda: one.push(store))


def stored(scene: Scene) -> Path:
    (path,) = (scene.company.root / "archive").rglob(Path(BUNDLE).name)
    return path


@attack("archive", "a kept bundle is changed in the archive's folder", "digest-mismatch")
def changed(scene: Scene) -> str:
    one, store = kept(scene)
    path = stored(scene)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content.replace(b"# Verdict\n\nGO", b"# Verdict\n\nNO"))
    return refused(lambda: restore(store, BUNDLE, scene.company.root / "restored.tar", one.check))


@attack("archive", "a kept bundle is cut in the archive's folder", "container-not-canonical")
def cut(scene: Scene) -> str:
    one, store = kept(scene)
    path = stored(scene)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1024])
    return refused(lambda: restore(store, BUNDLE, scene.company.root / "restored.tar", one.check))


@attack("archive", "what was tampered with is pushed into the archive", "digest-mismatch")
def pushed(scene: Scene) -> str:
    folder = scene.company.root / "kept"
    folder.mkdir()
    one = make_kept(folder)
    one.sealed.edit("data/report/report.md", lambda content: content.replace(b"GO", b"NO"))
    return refused(lambda: one.push(DirectoryStore(scene.company.root / "archive")))
