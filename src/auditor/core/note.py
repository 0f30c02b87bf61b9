"""Signed notes: a text, and the lines of those who signed it; pure text and key ids, the cryptography is an adapter's.

Rules kept here: a note is read only in the form that this module writes it, so no byte of it can change unnoticed; a
signature is looked up by name and key id together; a key id is a short name of a key and never proves one.
Source: C2SP signed-note, https://c2sp.org/signed-note
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

ED25519 = 0x01
COSIGNATURE = 0x04
KEY_BYTES = 32
ID_BYTES = 4
MAX_SIGNATURES = 64
MAX_BYTES = 64 << 10
LINE = re.compile(r"\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/:~-]{0,198}[A-Za-z0-9_~-])?")


class NoteError(ValueError):
    """Bytes that are no signed note; the message says why."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who signed by its own word, the id of the key, and what follows it."""

    name: str
    key_id: bytes
    content: bytes

    def line(self) -> str:
        """Return the line without its end."""
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line feed, and its signatures, in order."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def content(self) -> bytes:
        """Return the bytes of the note."""
        return (self.text + "\n" + "".join(f"{one.line()}\n" for one in self.signatures)).encode()

    def by(self, name: str, key_id: bytes) -> tuple[NoteSignature, ...]:
        """Return the signatures that name this key."""
        return tuple(one for one in self.signatures if (one.name, one.key_id) == (name, key_id))

    def with_signature(self, signature: NoteSignature) -> Note:
        """Return the note with one more signature, in place of an earlier one by the same key."""
        others = tuple(one for one in self.signatures if (one.name, one.key_id) != (signature.name, signature.key_id))
        return Note(self.text, (*others, signature))


def valid_name(name: str) -> bool:
    """Say whether ``name`` may name a key or a log here: ASCII, no space, no plus, at most 200 characters.

    Narrower than the source, which forbids only spaces and plus: what is printed must be what is compared.
    """
    return NAME.fullmatch(name) is not None


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes that stand for a key of this kind (``ED25519``, ``COSIGNATURE``) under this name."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:ID_BYTES]


def verifier_key(name: str, kind: int, public: bytes) -> str:
    """Return the key as one line of text, as other tools take it: ``name+id+base64(kind and key)``."""
    encoded = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{encoded}"


def read_note(content: bytes) -> Note:
    """Return the note in ``content``, in canonical form. Raises ``NoteError``."""
    if len(content) > MAX_BYTES:
        raise NoteError(f"has {len(content)} bytes, at most {MAX_BYTES} are read")
    try:
        whole = content.decode()
    except UnicodeDecodeError as error:
        raise NoteError(f"is not UTF-8 at byte {error.start}") from error
    if any(character < " " and character != "\n" for character in whole):
        raise NoteError("holds a control character")
    text, blank, tail = whole.rpartition("\n\n")
    if not blank or not text:
        raise NoteError("has no text, blank line and signatures")
    lines = tail.split("\n")
    if lines.pop() != "" or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise NoteError(f"has not between 1 and {MAX_SIGNATURES} signature lines")
    note = Note(text + "\n", tuple(_signature(line) for line in lines))
    if len({(one.name, one.key_id) for one in note.signatures}) != len(lines):
        raise NoteError("is signed twice by one key")
    return note


def _signature(line: str) -> NoteSignature:
    match = LINE.fullmatch(line)
    if match is None or not valid_name(match[1]):
        raise NoteError(f"has a signature line of another form: {line[:80]!r}")
    try:
        raw = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise NoteError(f"has a signature that is not base64 ({error})") from error
    signature = NoteSignature(match[1], raw[:ID_BYTES], raw[ID_BYTES:])
    if not signature.content or signature.line() != line:
        raise NoteError("has a signature that is empty or not canonical base64")
    return signature
