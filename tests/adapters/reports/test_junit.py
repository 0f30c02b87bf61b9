"""JUnit XML, read by a reader that we did not write, and held against what the schemas of its consumers ask for.

Sources: the schemas of Apache Ant's JUnit task (windyroad/JUnit-Schema) and of Jenkins' xUnit plugin (junit-10).
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from auditor.adapters.reports.junit import NO_GATE, legal, render_junit
from auditor.adapters.reports.machine import Run
from auditor.core.summary import ControlWords

WORDS = {"slo.p95": ControlWords(unit="us")}
RESULT = {"fail": Failure, "inconclusive": Error, "not_applicable": Skipped}
REASON = {"pass": "within_limit", "fail": "over_limit", "inconclusive": "coverage", "not_applicable": "empty"}


def finding(line: str, resource: str, verdict: str, members: int = 1) -> dict[str, Any]:
    return {
        "line": line,
        "control": "slo.p95",
        "resource": resource,
        "members": members,
        "verdict": verdict,
        "reason": REASON[verdict],
        "observed": 1_600_000,
        "limit": 1_500_000,
        "sampleSize": 400,
        "window": {"start": "2025-01-14T10:00:00Z", "end": "2025-01-14T12:00:00Z"},
        "evidence": {},
    }


def document(*findings: dict[str, Any]) -> dict[str, Any]:
    """Return decisions in which gate ``a`` holds a group of two lines, ``b`` one of them, and nobody the last."""
    members = {"one": [], "two": [], "both": ["one", "two"], "alone": []}
    return {
        "scope": {"system": "s", "environment": "e", "release": "r", "phase": ""},
        "asOf": "2025-01-14T12:00:00.5Z",
        "profile": {"id": "small", "sha256": "0" * 64},
        "result": "fail",
        "gates": [
            {"gate": "a", "title": "A", "kind": "go_no_go", "decision": "no_go", "verdict": "fail", "lines": ["both"]},
            {"gate": "b", "title": "B", "kind": "go_no_go", "decision": "go", "verdict": "pass", "lines": ["two"]},
        ],
        "lines": [{"line": name, "members": inside} for name, inside in members.items()],
        "findings": list(findings),
    }


EVERY = document(
    finding("one", "x", "pass"),
    finding("one", "y", "fail", members=7),
    finding("one", "z", "inconclusive"),
    finding("two", "x", "not_applicable"),
    finding("alone", "x", "inconclusive"),
)


def read(content: bytes) -> dict[str, Any]:
    return {suite.name: suite for suite in JUnitXml.fromstring(content)}


def test_a_reader_sees_every_finding_with_its_verdict_under_each_gate_that_holds_it() -> None:
    suites = read(render_junit(Run(EVERY, None, WORDS, "bundle-1")))
    assert list(suites) == ["a: A", "b: B", NO_GATE]
    seen = {
        name: [(case.classname, case.name, [type(one) for one in case.result]) for case in suite]
        for name, suite in suites.items()
    }
    assert seen["a: A"] == [
        ("one", "slo.p95: x", []),
        ("one", "slo.p95: y", [Failure]),
        ("one", "slo.p95: z", [Error]),
        ("two", "slo.p95: x", [Skipped]),
    ]
    assert seen["b: B"] == [("two", "slo.p95: x", [Skipped])]
    assert seen[NO_GATE] == [("alone", "slo.p95: x", [Error])]
    counts = [(one.tests, one.failures, one.errors, one.skipped) for one in suites.values()]
    assert counts == [(4, 1, 1, 1), (1, 0, 0, 1), (1, 0, 1, 0)]
    whole = JUnitXml.fromstring(render_junit(Run(EVERY, None, WORDS, "bundle-1")))
    assert (whole.tests, whole.failures, whole.errors) == (6, 1, 2)


def test_the_counts_written_are_the_ones_a_reader_counts() -> None:
    for suite in JUnitXml.fromstring(render_junit(Run(EVERY, None, WORDS, "b"))):
        written = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        assert written == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_a_failure_says_what_a_person_needs() -> None:
    (_, case, *_) = read(render_junit(Run(EVERY, None, WORDS, "b")))["a: A"]
    (failure,) = case.result
    assert failure.message == "P95 1.600 s is over the limit 1.500 s"
    assert failure.type == "over_limit"
    assert failure.text == (
        "y: P95 1.600 s is over the limit 1.500 s\nwindow: 2025-01-14T10:00:00Z to 2025-01-14T12:00:00Z\nmembers: 7"
    )


def test_the_properties_name_the_run() -> None:
    suite = read(render_junit(Run(EVERY, None, WORDS, "bundle-1")))["a: A"]
    assert {one.name: one.value for one in suite.properties()} == {
        "scope.system": "s",
        "scope.environment": "e",
        "scope.release": "r",
        "scope.phase": "",
        "asOf": "2025-01-14T12:00:00.5Z",
        "profile": "small",
        "profile.sha256": "0" * 64,
        "result": "fail",
        "bundle": "bundle-1",
        "gate": "a",
        "gate.verdict": "fail",
        "gate.decision": "NO-GO",
    }


def test_the_form_is_the_one_that_both_schemas_ask_for() -> None:
    root = ET.fromstring(render_junit(Run(EVERY, None, WORDS, "b")))  # noqa: S314 - our own
    assert root.tag == "testsuites"
    assert root.attrib.keys() <= {"name", "time", "tests", "failures", "errors"}
    for number, suite in enumerate(root):
        assert suite.tag == "testsuite"
        needed = {"name", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time", "package", "id"}
        assert suite.attrib.keys() == needed
        assert suite.attrib["id"] == str(number)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        tags = [child.tag for child in suite]
        assert tags == ["properties", *["testcase"] * int(suite.attrib["tests"]), "system-out", "system-err"]
        for case in suite.iter("testcase"):
            assert case.attrib.keys() == {"name", "classname", "time"}
            assert len(case) <= 1
            assert all(child.attrib.keys() == {"type", "message"} for child in case)


def test_a_run_without_a_line_outside_has_no_suite_for_it() -> None:
    inside = document(finding("one", "x", "pass"))
    inside["lines"] = [line for line in inside["lines"] if line["line"] != "alone"]
    assert list(read(render_junit(Run(inside, None, WORDS, "b")))) == ["a: A", "b: B"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\x00b\x1b[31m", "a\\x00b\\x1b[31m"),
        ("\ud800", "\\ud800"),
        ("\ufffe", "\\ufffe"),
        ("a\rb", "a\\rb"),
        ('tab\tline\nend é 日本 \U0001f600 <&">]]>', 'tab\tline\nend é 日本 \U0001f600 <&">]]>'),
    ],
)
def test_what_xml_cannot_hold_is_written_as_an_escape(text: str, written: str) -> None:
    assert legal(text) == written


@given(st.text(st.characters(exclude_categories=())), st.sampled_from(list(REASON)))
def test_any_resource_survives_and_keeps_its_verdict(resource: str, verdict: str) -> None:
    """Property: whatever a source called a thing, the file parses, and the case is named so and decided so."""
    suites = read(render_junit(Run(document(finding("one", resource, verdict)), None, WORDS, "b")))
    (case,) = suites["a: A"]
    assert case.name == f"slo.p95: {legal(resource)}"
    assert [type(one) for one in case.result] == ([RESULT[verdict]] if verdict in RESULT else [])
    if case.result:
        assert case.result[0].text.startswith(f"{legal(resource)}: ")
