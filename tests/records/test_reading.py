"""YAML and JSON from people: what is not plain is refused with its place, and text stays text."""

from __future__ import annotations

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import CollectionError
from auditor.records.reading import MAX_BYTES, MAX_DEPTH, MAX_NODES, plain_tree

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def refused(content: str | bytes, name: str = "r.yaml") -> str:
    with pytest.raises(CollectionError) as error:
        plain_tree(name, content.encode() if isinstance(content, str) else content)
    return error.value.message


def nested(depth: int) -> dict[str, object]:
    tree: dict[str, object] = {"x": 1}
    for _ in range(depth - 2):
        tree = {"x": tree}
    return tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("True", "True"),
        ("true", True),
        ("2025-01-14", "2025-01-14"),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("1.5", "1.5"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("10", 10),
        ("-3", -3),
        ("0", 0),
        ("", None),
        ("~", None),
        ("null", None),
        ("'true'", "true"),
        ('"10"', "10"),
    ],
)
def test_what_a_plain_scalar_is(text, value):
    found = plain_tree("r.yaml", f"a: {text}\n".encode())["a"]
    assert (found, type(found)) == (value, type(value))


@given(st.dictionaries(TEXTS, TREES, max_size=4))
def test_json_is_read_alike_as_json_and_as_yaml(tree):
    content = json.dumps(tree, ensure_ascii=False).encode()
    assert plain_tree("r.json", content) == plain_tree("r.yaml", content) == tree


@given(st.dictionaries(TEXTS, TREES, max_size=4))
def test_what_another_writer_writes_is_read_back(tree):
    assert plain_tree("r.yaml", yaml.safe_dump(tree, allow_unicode=True).encode()) == tree


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "r.yaml, line 3: not plain YAML ('a' is there twice)"),
        ("a:\n  b: 1\n  'b': 2\n", "r.yaml, line 3: not plain YAML ('b' is there twice)"),
        ("a: &x 1\n", "r.yaml, line 1: found an anchor or alias"),
        ("<<: *x\n", "r.yaml, line 1: found an anchor or alias"),
        ("a: 1\nb: !!python/object:os.system {}\n", "r.yaml, line 2: found a tag"),
        ("a: !!str 1\n", "r.yaml, line 1: found a tag"),
        ("a: 1\n---\nb: 1\n", "r.yaml, line 2: found a second document"),
        ("1: a\n", "r.yaml, line 1: not plain YAML (a name that is no text)"),
        ("[a]: b\n", "r.yaml, line 1: not plain YAML (a name that is no text)"),
        ("a: [1\n", "r.yaml, line 2: not plain YAML"),
        ("a: 1\x01\n", "r.yaml: not plain YAML"),
        (b"a: \xff\n", "r.yaml: not UTF-8"),
        ("- a\n", "r.yaml: found list, expected one mapping"),
        ("", "r.yaml: found NoneType, expected one mapping"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_place(content, said):
    assert refused(content).startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"a": 1, "a": 2}', "r.json: not JSON ('a' is there twice)"),
        ("{", "r.json: not JSON"),
        ("[1]", "r.json: found list, expected one mapping"),
        (json.dumps(nested(MAX_DEPTH + 1)), f"r.json: nested deeper than {MAX_DEPTH}"),
        ('{"a":' * 100_000, "r.json: n"),
    ],
)
def test_json_that_is_not_plain_is_refused(content, said):
    assert refused(content, "r.json").startswith(said)


def test_the_deepest_tree_is_read_and_a_deeper_one_refused():
    for name, write in (("r.json", json.dumps), ("r.yaml", yaml.safe_dump)):
        assert plain_tree(name, write(nested(MAX_DEPTH)).encode()) == nested(MAX_DEPTH)
    assert f"a level deeper than {MAX_DEPTH}" in refused(yaml.safe_dump(nested(MAX_DEPTH + 2)))


def test_a_bomb_of_aliases_is_refused_before_anything_is_built():
    start = time.monotonic()
    assert "an anchor or alias" in refused(BOMB + "z: *i\n")
    assert time.monotonic() - start < 5


def test_too_much_is_refused():
    assert refused(b"a" * (MAX_BYTES + 1)).startswith(f"r.yaml: {MAX_BYTES + 1} bytes")
    assert f"more than {MAX_NODES} values" in refused("a: [" + "1," * MAX_NODES + "]")
