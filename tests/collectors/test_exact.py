"""Law: a duration is the least whole number of microseconds that is not below it, whatever digits say so."""

import math
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor_collectors.exact import rounded_up

LARGEST = (1 << 63) - 1
digits = st.text("0123456789", max_size=25)
powers = st.one_of(st.just(""), st.integers(-60, 60).map(lambda power: f"e{power}"), st.just("E+07"))
numbers = st.tuples(st.sampled_from(["", "", "+", "-"]), digits, st.sampled_from(["", "."]), digits, powers).map(
    lambda parts: "".join((parts[0], parts[1] or "0", parts[2], parts[3] if parts[2] else "", parts[4]))
)


def computed(texts, shift):
    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        query = f"select {rounded_up('t', shift)} from (select unnest($1::varchar[]) as t)"  # noqa: S608 - our own expression
        return [row[0] for row in connection.execute(query, [texts]).fetchall()]


def expected(text, shift):
    value = math.ceil(Fraction(text) * 10**shift)
    return None if Fraction(text) < 0 or value > LARGEST else value


@given(st.lists(numbers, min_size=1, max_size=40), st.sampled_from([0, 3, 6, 9]))
def test_the_exact_value_is_rounded_up(texts, shift):
    assert computed(texts, shift) == [expected(text, shift) for text in texts]


@pytest.mark.parametrize(
    ("text", "shift", "microseconds"),
    [
        ("1.5", 6, 1_500_000),
        ("1.5000000001", 6, 1_500_001),
        ("1.50000000000000000000000000000000000000000000000001", 6, 1_500_001),
        ("1500.00000000000000001", 3, 1_500_001),
        ("1e-10", 3, 1),
        ("1e-99999", 0, 1),
        ("-1e-30", 0, None),
        ("-0.000", 3, 0),
        ("0e99999", 0, 0),
        ("0" * 60 + "5", 0, 5),
        ("9223372036854775807", 0, LARGEST),
        ("9223372036854775807.1", 0, None),
        ("9223372036854775808", 0, None),
        ("1e19", 6, None),
        ("1e99999", 0, None),
        ("1e99999999999999999999", 0, None),
        (".5", 0, 1),
        ("5.", 0, 5),
    ],
)
def test_examples_at_the_edges(text, shift, microseconds):
    assert computed([text], shift) == [microseconds]
