"""The order of lines: members before groups, stable, and a circle is named."""

import pytest

from auditor.core.graph import topological_order


def test_what_is_ready_together_keeps_its_order():
    assert topological_order({"b": [], "a": [], "c": []}) == ("b", "a", "c")


def test_needs_come_first_however_deep():
    assert topological_order({"d": ["c"], "c": ["b", "a"], "b": ["a"], "a": []}) == ("a", "b", "c", "d")


def test_a_name_from_elsewhere_is_no_need():
    assert topological_order({"a": ["elsewhere"], "b": ["a", "elsewhere"]}) == ("a", "b")


def test_nothing_has_an_order():
    assert topological_order({}) == ()


def test_a_circle_names_those_in_it_and_behind_it_and_nobody_else():
    with pytest.raises(ValueError, match="in a circle: b, c, d$"):
        topological_order({"a": [], "b": ["c"], "c": ["b"], "d": ["c"]})


def test_a_name_that_needs_itself_is_a_circle():
    with pytest.raises(ValueError, match="in a circle: a$"):
        topological_order({"a": ["a"]})
