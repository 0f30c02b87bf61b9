"""The copy of growing files: whole lines only, only what was added, and anew where the file is another."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.watch.mirror import Mirror
from auditor.errors import CollectionError


@pytest.fixture
def places(tmp_path):
    root, copy = tmp_path / "root", tmp_path / "copy"
    root.mkdir()
    copy.mkdir()
    return root, copy, Mirror(root, copy)


def grow(path, content):
    with path.open("ab") as file:
        file.write(content)


def test_an_unfinished_line_waits_for_its_end(places):
    root, copy, mirror = places
    grow(root / "a.jsonl", b"one\ntw")
    mirror.refresh(["*.jsonl"])
    assert (copy / "a.jsonl").read_bytes() == b"one\n"
    grow(root / "a.jsonl", b"o\nthree")
    mirror.refresh(["*.jsonl"])
    assert (copy / "a.jsonl").read_bytes() == b"one\ntwo\n"


def test_a_file_without_a_whole_line_is_empty(places):
    root, copy, mirror = places
    grow(root / "a.jsonl", b"on")
    mirror.refresh(["a.jsonl"])
    assert (copy / "a.jsonl").read_bytes() == b""


def test_what_was_copied_is_not_read_again(places):
    root, copy, mirror = places
    grow(root / "a.jsonl", b"x" * 10_000 + b"\nend\n")
    mirror.refresh(["a.jsonl"])
    with (copy / "a.jsonl").open("r+b") as file:
        file.write(b"y")  # far before the end, where nobody looks again
    grow(root / "a.jsonl", b"more\n")
    mirror.refresh(["a.jsonl"])
    assert (copy / "a.jsonl").read_bytes() == b"y" + b"x" * 9_999 + b"\nend\nmore\n"


@pytest.mark.parametrize("how", ["rotated", "cut off", "rewritten"])
def test_another_file_of_the_name_is_copied_anew(places, how):
    root, copy, mirror = places
    path = root / "a.jsonl"
    grow(path, b"one\ntwo\n")
    mirror.refresh(["a.jsonl"])
    if how == "rotated":
        (root / "new").write_bytes(b"one\ntwo\nthree\n")
        (root / "new").rename(path)
    elif how == "cut off":
        path.write_bytes(b"3\n")
    else:
        path.write_bytes(b"ONE\nTWO\nTHREE\n")
    mirror.refresh(["a.jsonl"])
    assert (copy / "a.jsonl").read_bytes() == path.read_bytes()


def test_other_files_are_copied_whole_and_a_file_that_is_gone_goes(places):
    root, copy, mirror = places
    (root / "deep").mkdir()
    (root / "deep" / "a.gz").write_bytes(b"no line")
    mirror.refresh(["deep/*.gz", "nothing.*"])
    assert (copy / "deep" / "a.gz").read_bytes() == b"no line"
    (root / "deep" / "a.gz").write_bytes(b"other")
    mirror.refresh(["deep/*.gz"])
    assert (copy / "deep" / "a.gz").read_bytes() == b"other"
    (root / "deep" / "a.gz").unlink()
    mirror.refresh(["deep/*.gz"])
    assert not (copy / "deep" / "a.gz").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_named(places):
    root, _, mirror = places
    grow(root / "a.jsonl", b"one\n")
    (root / "a.jsonl").chmod(0)
    with pytest.raises(CollectionError, match=r"a\.jsonl: cannot be read"):
        mirror.refresh(["a.jsonl"])


@given(pieces=st.lists(st.binary(max_size=40), max_size=12))
def test_the_copy_is_always_the_whole_lines_of_the_file(tmp_path_factory, pieces):
    base = tmp_path_factory.mktemp("law")
    (base / "root").mkdir()
    (base / "copy").mkdir()
    mirror = Mirror(base / "root", base / "copy")
    written = b""
    for piece in pieces:
        written += piece
        grow(base / "root" / "a.log", piece)
        mirror.refresh(["a.log"])
        assert (base / "copy" / "a.log").read_bytes() == written[: written.rfind(b"\n") + 1]
