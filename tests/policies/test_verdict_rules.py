"""Every rule of what a verdict means names cases, every named case exists, and the page is what is committed."""

import re
from functools import cache

import pytest

from policies.shipped_cases import cases
from policies.verdict_rules import PAGE, ROOT, SECTIONS, page

RULES = [one for section in SECTIONS.values() for one in section]


@cache
def shipped():
    return {f"{case.control.id}: {case.name}" for case in cases()}


def exists(case):
    """Say whether ``case`` is a case of a control, or a test, an attack or a Rego test of the file it names."""
    file, found, name = case.partition("::")
    if not found:
        return case in shipped()
    text = (ROOT / file).read_text() if (ROOT / file).is_file() else ""
    return re.search(rf"^(?:def )?{re.escape(name)}\b", text, re.MULTILINE) is not None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.words[:60])
def test_a_rule_is_held_by_cases_that_exist_or_says_what_it_lacks(rule):
    assert rule.cases or rule.lacking
    assert [case for case in rule.cases if not exists(case)] == []
    assert len(set(rule.cases)) == len(rule.cases)


def test_no_rule_is_told_twice():
    assert len({one.words for one in RULES}) == len(RULES)


def test_a_case_that_is_not_there_is_found_out():
    assert not exists("slo.p95_latency: no such case")
    assert not exists("tests/policies/test_verdict_rules.py::test_that_is_not_there")
    assert not exists("tests/policies/no_such_file.py::test_a_rule_is_held_by_cases_that_exist_or_says_what_it_lacks")


def test_the_page_is_current():
    assert PAGE.read_text() == page()
