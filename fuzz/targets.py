"""The readers of strangers' bytes, each with the law that it keeps whatever the bytes are.

Rules kept here: bytes are refused with an error of the reader's own kind (a ``VerificationError`` whose name is in
``REFUSALS``), or they are accepted and then are, byte for byte, what our own writer writes of what was read; what is
signed is accepted only as it was signed. Anything else, any other exception too, is a finding.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.core.canonical import MAX_DEPTH, StrictJSONError, canonical_json, strict_json
from auditor.core.refusals import REFUSALS
from auditor.errors import VerificationError
from fuzz.mutation import mutate, mutate_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Target:
    """A reader under its law: ``check`` raises when bytes break it. ``seeds`` are documents that are accepted."""

    name: str
    check: Callable[[bytes], bool]
    seeds: tuple[bytes, ...]
    changes: tuple[Callable[[bytes, Random], bytes], ...] = field(default=(mutate,))


class BrokenLawError(AssertionError):
    """A reader did what it must not; the message says what."""


def hold(law: bool, said: str) -> None:  # noqa: FBT001 - a law holds or does not
    """Raise ``BrokenLawError`` unless ``law`` holds; unlike ``assert``, under ``python -O`` too."""
    if not law:
        raise BrokenLawError(said)


def named(error: VerificationError) -> bool:
    """Say False, for refused, once the refusal has a name that is documented."""
    hold(error.code in REFUSALS, f"{error.code} is no documented name")
    return False


def check_strict_json(content: bytes) -> bool:
    """Strict JSON is what ``json.loads`` reads of the same bytes, and what is canonical is read."""
    try:
        value = strict_json(content, max_bytes=LIMIT)
    except StrictJSONError:
        hold(not _canonical(content), "refuses canonical JSON")
        return False
    hold(_alike(json.loads(content.decode()), value), "reads another value than json.loads does")
    again = canonical_json(value)
    hold(canonical_json(strict_json(again, max_bytes=2 * LIMIT)) == again, "canonical bytes are read as something else")
    return True


def check_manifest(content: bytes) -> bool:
    """A manifest is what ``render`` writes of what is in it."""
    from auditor.adapters.bundle import layout, manifest

    try:
        listed = manifest.parse(content, "manifest-sha256.txt")
    except VerificationError as error:
        return named(error)
    hold(manifest.render(listed) == content, "is not what would be written")
    hold(all(map(layout.safe, listed)), "lists an unsafe name")
    return True


def check_leaf(content: bytes) -> bool:
    """A leaf is its own canonical bytes."""
    from auditor.core.leaves import read_leaf

    try:
        leaf = read_leaf(content, "leaf")
    except VerificationError as error:
        return named(error)
    hold(leaf.content() == content, "is not what would be written")
    return True


def check_tables(content: bytes) -> bool:
    """The tables of what people signed are read whole or not at all."""
    from auditor.core.evidence import read_tables

    try:
        document = strict_json(content, max_bytes=LIMIT)
        tables = read_tables(document)
    except ValueError:
        return False
    hold(canonical_json(tables.document()) == canonical_json(document), "loses or makes up something")
    return True


def check_note(content: bytes) -> bool:
    """A signed note, and the checkpoint in it, are what would be written of them."""
    from auditor.core.checkpoint import read_checkpoint, read_cosignature
    from auditor.core.note import NoteError, read_note

    try:
        note = read_note(content)
    except NoteError:
        return False
    hold(note.content() == content, "is not the note that would be written")
    for signature in note.signatures:
        try:
            read_cosignature(signature.content)
        except NoteError:
            continue
    try:
        checkpoint = read_checkpoint(note.text)
    except NoteError:
        return False
    hold(checkpoint.text() == note.text, "is not the checkpoint that would be written")
    return True


class ContainerTarget:
    """The canonical tar: looked through, rebuilt from what was found, and unpacked, below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fuzzed.tar"
        self.folder = folder / "unpacked"

    def __call__(self, content: bytes) -> bool:
        """A tar is accepted only if it is what ``pack_bundle`` would write of the files in it."""
        import shutil

        from auditor.adapters.bundle.container_reader import unpack_bundle

        self.path.write_bytes(content)
        try:
            index = self._index()
        except VerificationError as error:
            return named(error)
        hold(self._rebuilt(index, content) == content, "is not the tar that would be written")
        try:
            digests = unpack_bundle(self.path, self.folder)
        except VerificationError as error:
            return named(error)
        there = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}
        hold(there == digests.keys() == index.members.keys(), "unpacks other files than it lists")
        shutil.rmtree(self.folder)
        return True

    def _index(self) -> Any:
        from auditor.adapters.bundle.container_reader import read_index

        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            return read_index(descriptor, "fuzzed.tar")
        finally:
            os.close(descriptor)

    @staticmethod
    def _rebuilt(index: Any, content: bytes) -> bytes:
        from auditor.adapters.bundle import ustar

        parts = []
        for name, member in index.members.items():
            parts.append(ustar.header(f"{index.root}/{name}", member.size))
            parts.append(content[member.offset : member.offset + member.size])
            parts.append(bytes(ustar.padding(member.size)))
        return b"".join(parts) + ustar.END


def json_target(name: str, check: Callable[[bytes], bool], *seeds: bytes) -> Target:
    """Return a target whose documents are JSON, to be changed as JSON and as bytes."""
    return Target(name, check, seeds, (mutate_json, mutate_json, mutate))


def _alike(one: Any, other: Any) -> bool:
    """Compare JSON values, types too: 1, 1.0 and True are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)


def _canonical(content: bytes) -> bool:
    """Say whether ``content`` is RFC 8785 of a value that is not nested too deep."""
    try:
        value = json.loads(content.decode())
        return canonical_json(value) == content and _depth(value) <= MAX_DEPTH
    except (ValueError, RecursionError):
        return False


def _depth(value: Any) -> int:
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(_depth, inside), default=0)
