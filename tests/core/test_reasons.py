"""The words of a value, in its unit."""

import pytest

from auditor.core.reasons import quantity


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (10_000, "ppm", "1 %"),
        (8051, "ppm", "0.8051 %"),
        (0, "ppm", "0 %"),
        (144, "tenths", "14.4x"),
        ([2, 144], "tenths", "0.2x, 14.4x"),
        (None, "ppm", "unknown"),
        ("0.5", "ppm", "0.5 ppm"),
        (1_500_000, "us", "1.500 s"),
        (239_705, "us", "239.705 ms"),
        (5, "min", "5 min"),
        (5, "", "5"),
        ({"b": "", "a": None}, "", "a unknown, b (empty)"),
    ],
)
def test_a_quantity_in_words(value, unit, words):
    assert quantity(value, unit) == words
