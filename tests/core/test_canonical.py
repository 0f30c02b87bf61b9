"""RFC 8785 out, strict JSON in."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.canonical import StrictJSONError, canonical_json, sha256_hex, strict_json

SAFE = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(-SAFE, SAFE) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def parsed(content: bytes) -> object:
    return strict_json(content, max_bytes=10_000_000)


def test_the_example_of_rfc_8785_section_3_2_3() -> None:
    value = json.loads(
        '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",'
        '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}'
    )
    names = [line.split('"')[-4] for line in canonical_json(value).decode().split(",")]
    assert names == ["\\r", "1", "\u0080", "ö", "€", "\U0001f600", "\ufb33"]


@given(VALUES)
def test_canonical_bytes_survive_a_strict_reading(value: object) -> None:
    content = canonical_json(value)
    assert canonical_json(parsed(content)) == content


@pytest.mark.parametrize("value", [2.0**53, -(2.0**60), 1e20])
def test_a_whole_float_over_2_53_does_not_survive_and_fails_closed(value: float) -> None:
    with pytest.raises(StrictJSONError, match="holds the integer"):
        parsed(canonical_json(value))
    with pytest.raises(StrictJSONError, match="written as an integer over 2\\^53"):
        parsed(f"{value:.17e}".encode())
    assert parsed(b"1e21") == 1e21


@given(st.dictionaries(TEXT, st.integers(-SAFE, SAFE)))
def test_order_of_members_never_changes_the_bytes(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_json({"a": value})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a":1,"a":2}', "repeats the member 'a'"),
        (b'{"a":1,"\\u0061":2}', "repeats the member 'a'"),
        (b'[{"b":{"a":1,"a":1}}]', "repeats the member 'a'"),
        (b"NaN", "holds NaN"),
        (b"[-Infinity]", "holds -Infinity"),
        (b"[1e400]", "holds 1e400"),
        (b'{"a":"\\ud800"}', "half a surrogate pair"),
        (b'{"\\uDFFF":1}', "half a surrogate pair"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b"\xed\xa0\x80", "not UTF-8 at byte 0"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"", "not JSON"),
        (b"{}{}", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"'a'", "not JSON"),
        (b"9" * 5000, "5000 digits"),
        (b"[" * 65 + b"]" * 65, "deeper than 64"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper than 64"),
    ],
)
def test_strict_reading_refuses(content: bytes, reason: str) -> None:
    with pytest.raises(StrictJSONError, match=reason):
        parsed(content)


def test_size_and_depth_are_the_callers() -> None:
    assert strict_json(b"[[]]", max_bytes=4, max_depth=2) == [[]]
    with pytest.raises(StrictJSONError, match="5 bytes, at most 4"):
        strict_json(b"[[]] ", max_bytes=4)
    with pytest.raises(StrictJSONError, match="deeper than 1"):
        strict_json(b"[[]]", max_bytes=4, max_depth=1)


def test_brackets_and_pairs_of_surrogates_in_strings_are_text() -> None:
    assert parsed(b'"' + b"[" * 100 + b'\\"{"') == "[" * 100 + '"{'
    assert parsed(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("unit", [b'\\"', b"\\", b'"', b"[]", b'["', b"a"])
def test_hostile_text_is_read_in_linear_time(unit: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(StrictJSONError):
        parsed(b'"' + unit * 500_000)
    assert time.perf_counter() - started < 5


@given(st.binary(max_size=64))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    try:
        parsed(content)
    except StrictJSONError as error:
        assert str(error)


def test_digest() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**30])
def test_an_integer_without_a_canonical_form_is_refused(number: int) -> None:
    with pytest.raises(StrictJSONError, match=f"holds the integer {number}"):
        strict_json(b"[%d]" % number, max_bytes=100)
    assert strict_json(b"[%d,%d]" % (SAFE, -SAFE), max_bytes=100) == [SAFE, -SAFE]
