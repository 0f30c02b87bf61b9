"""The application's hash, against values that JavaScript gives (``JSON.stringify`` and the loop over charCodeAt)."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor_collectors.audit_hash import BLOCK, event_hash, hashed_text, number, rolling


@pytest.mark.parametrize(
    ("text", "digits"),
    [("", "0"), ("a", "61"), ("hello", "5e918d2"), ("polygenelubricants", "80000000"), ("😀", "1b0d63")],
)
def test_the_rolling_hash_is_that_of_the_field(text, digits):
    """Java's String.hashCode gives these values; the fourth is the least 32-bit integer, the last a surrogate pair."""
    assert rolling(text) == digits


@given(st.text(max_size=40), st.integers(0, 3), st.text(max_size=9))
def test_a_long_text_hashes_as_unit_by_unit(text, blocks, more):
    long = text + "ä" * (blocks * BLOCK) + more
    value = 0
    units = long.encode("utf-16-le", "surrogatepass")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (value * 31 + low + 256 * high) & 0xFFFFFFFF
    value = value - (1 << 32) if value >= 1 << 31 else value
    assert rolling(long) == f"{abs(value):x}"


def test_the_text_is_compact_json_of_sorted_members_with_an_empty_hash():
    assert hashed_text({"b": 1, "eventHash": "ff", "a": "é\u2028\n"}) == '{"a":"é\u2028\\n","b":1,"eventHash":""}'


def test_a_nested_member_enters_only_under_a_name_that_the_event_has_too():
    event = {
        "userId": "u",
        "metadata": {"userId": "v", "routingPath": "mcp", "deep": {"userId": "w"}},
        "list": [{"x": 1, "list": [2]}],
    }
    assert hashed_text(event) == ('{"eventHash":"","list":[{"list":[2]}],"metadata":{"userId":"v"},"userId":"u"}')


def test_names_are_sorted_by_utf16_units_and_not_by_code_points():
    assert hashed_text({"\ufb01": 1, "😀": 2}) == '{"eventHash":"","😀":2,"\ufb01":1}'


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("12", "12"), ("12.5", "12.5"), ("12.0", "12"), ("-0", "0"), ("-0.0", "0"), ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"), ("1.25e-9", "1.25e-9"), ("1e20", "100000000000000000000"), ("1e21", "1e+21"),
        ("-1.5e300", "-1.5e+300"), ("123456789012345678901", "123456789012345680000"),
        ("9007199254740993", "9007199254740992"),
        ("1e400", "null"), ("0.1", "0.1"), ("5e-324", "5e-324"), ("333333333.33333329", "333333333.3333333"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_javascript_does(written, again):
    """ECMA-262, 6.1.6.1.20, and the examples of RFC 8785, appendix B."""
    assert number(json.loads(written, parse_float=Decimal)) == again


def test_half_a_surrogate_pair_is_escaped_and_a_whole_one_is_not():
    assert hashed_text({"a": "\ud83d", "b": "😀"}) == '{"a":"\\ud83d","b":"😀","eventHash":""}'


def test_an_event_verifies_whatever_its_hash_says_and_not_when_its_content_differs():
    event = {"eventId": "e", "previousEventHash": "", "eventHash": ""}
    own = event_hash(event)
    assert event_hash(event | {"eventHash": own}) == own
    assert event_hash(event | {"previousEventHash": "a"}) != own
