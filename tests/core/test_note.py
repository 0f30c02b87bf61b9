"""Signed notes and checkpoints: the examples of their specifications, and one form only."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.checkpoint import (
    Checkpoint,
    cosignature,
    cosigned_message,
    read_checkpoint,
    read_cosignature,
)
from auditor.core.note import ED25519, Note, NoteError, NoteSignature, key_id, read_note, valid_name, verifier_key

TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
LOG = (
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
    "+zyWE+xeMcTOAYQ8="
)
WITNESS = (
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0"
    "xUe+mbIUBkBIfZ+qnA=="
)
NOTE = f"{TEXT}\n{LOG}\n{WITNESS}\n".encode()
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u00e8 subito sera.\n",
    (
        "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0x"
        "McXxj99ihAQwaqP3ZekRwNtIc="
    ),
)


def test_the_example_of_tlog_cosignature() -> None:
    note = read_note(NOTE)
    assert note.content() == NOTE
    checkpoint = read_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == TEXT
    (witness,) = note.by("witness.example.com/w1", bytes.fromhex("8d66cf3f"))
    time, signature = read_cosignature(witness.content)
    assert time == 1679315147
    assert cosignature(time, signature) == witness.content
    assert cosigned_message(note.text, time) == f"cosignature/v1\ntime 1679315147\n{TEXT}".encode()


def test_a_text_with_an_empty_line_ends_at_the_last_one() -> None:
    note = read_note("\n".join([POEM[0], POEM[1], ""]).encode())
    assert note.text == POEM[0]
    with pytest.raises(NoteError, match="4 lines"):
        read_checkpoint(note.text)


def test_the_verifier_key_of_the_go_checksum_database() -> None:
    """Its key is public and in every Go installation; the id in the middle follows from name and key."""
    known = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    public = base64.b64decode(known.split("+", 2)[2])[1:]
    assert key_id("sum.golang.org", ED25519, public).hex() == "033de0ae"
    assert verifier_key("sum.golang.org", ED25519, public) == known


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no text"),
        (b"\n\n", "no text"),
        (NOTE[:-1], "signature lines"),
        (NOTE.replace(b"\n\n", b"\n"), "no text"),
        (NOTE + b"\n", "signature lines"),
        (NOTE.replace(b"20852163", b"2085\r163"), "control character"),
        (NOTE.replace(b"20852163", b"2085\xff163"), "UTF-8"),
        (NOTE + LOG.encode() + b"\n", "signed twice"),
        (NOTE.replace("\u2014 w".encode(), b"- w"), "another form"),
        (NOTE.replace(b"nA==", b"nB=="), "canonical"),
        (NOTE.replace(b"nA==", b"nA="), "base64"),
        (NOTE.replace(b"w1 ", b"w+1 "), "another form"),
        (f"{TEXT}\n\u2014 a AAAAAA==\n".encode(), "empty"),
        (f"{TEXT}\n".encode() + b"".join(f"\u2014 a{n} AAAAAAA=\n".encode() for n in range(65)), "between 1 and 64"),
        (b"a" * (64 << 10) + NOTE, "bytes"),
    ],
)
def test_a_note_of_another_form_is_refused(content, says) -> None:
    with pytest.raises(NoteError, match=says):
        read_note(content)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\n1\n", "2 lines"),
        (TEXT + "extension\n", "4 lines"),
        (TEXT.replace("20852163", "020852163"), "size"),
        (TEXT.replace("20852163", "-1"), "size"),
        (TEXT.replace("20852163", "\u0661"), "size"),
        (TEXT.replace("q2I=", "q2J="), "canonical"),
        (TEXT.replace("q2I=", "q2="), "base64"),
        (TEXT.replace("CsUY", ""), "32 bytes"),
        (TEXT.replace("example.com", "example com"), "origin"),
        (TEXT.replace("example.com", ""), "origin"),
    ],
)
def test_a_checkpoint_of_another_form_is_refused(text, says) -> None:
    with pytest.raises(NoteError, match=says):
        read_checkpoint(text)


@pytest.mark.parametrize("content", [b"", b"\x00" * 71, b"\x00" * 73, b"\xff" * 72])
def test_a_cosignature_of_another_form_is_refused(content) -> None:
    with pytest.raises(NoteError, match="cosignature"):
        read_cosignature(content)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n", "/a", "a.", "\u00e9", "a" * 201])
def test_a_name_is_what_it_looks_like(name) -> None:
    assert not valid_name(name)


@given(st.integers(0, 10**16 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size, root) -> None:
    checkpoint = Checkpoint("audit.example/payments/production", size, root)
    assert read_checkpoint(checkpoint.text()) == checkpoint


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(min_size=4, max_size=4), st.binary(min_size=1))))
def test_a_note_holds_one_signature_of_each_key(signatures) -> None:
    note = Note(TEXT, (NoteSignature("log", b"1234", b"s"),))
    for one in signatures:
        note = note.with_signature(NoteSignature(*one))
        assert note.by(one[0], one[1]) == (NoteSignature(*one),)
    assert read_note(note.content()) == note


@given(st.data())
def test_any_byte_that_changes_makes_another_note_or_none(data) -> None:
    place, value = data.draw(st.integers(0, len(NOTE) - 1)), data.draw(st.integers(0, 255))
    changed = NOTE[:place] + bytes([value]) + NOTE[place + 1 :]
    try:
        note = read_note(changed)
    except NoteError:
        assert changed != NOTE
    else:
        assert note.content() == changed
