import gzip
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from auditor.errors import CollectionError
from auditor_collectors.files import inspect
from auditor_collectors.junit_xml import read_report
from auditor_collectors.test_results import TestResultsCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {"files": ["*.xml"], "suites": {"Smoke": "smoke"}}
COMMIT = "3f9c2d1e4b5a69788796a5b4c3d2e1f001234567"
STARTED = datetime(2025, 1, 14, 9, tzinfo=UTC)


def report(*cases, name="Smoke", at="2025-01-14T09:00:00Z", attributes="", properties=""):
    return f'<testsuite name="{name}" timestamp="{at}" {attributes}>{properties}{"".join(cases)}</testsuite>'


def case(name="works", child="", attributes=""):
    return f'<testcase classname="Router" name="{name}" {attributes}>{child}</testcase>'


def collected(root, *reports, **options):
    for number, one in enumerate(reports):
        (root / f"{number}.xml").write_text(one)
    return snapshot_of(TestResultsCollector(), OPTIONS | options, root)


def statuses(root, *reports, **options):
    return sorted(row["status"] for row in rows_of(collected(root, *reports, **options), "test_results"))


def refused(root, *reports, **options):
    for number, one in enumerate(reports):
        (root / f"{number}.xml").write_text(one)
    return refusal(TestResultsCollector(), OPTIONS | options, root)


def test_a_row_for_each_case_with_what_came_of_it(tmp_path):
    found = statuses(
        tmp_path,
        report(
            case("a"),
            case("b", "<failure message='no'>at line 1</failure>"),
            case("c", "<error/>"),
            case("d", "<skipped/>"),
            case("e", "<skipped/><failure/>"),
            case("f", attributes='status="notrun"'),
            case("g", "<system-out>failure</system-out>"),
        ),
    )
    assert found == ["error", "failed", "failed", "passed", "passed", "skipped", "skipped"]


def test_what_junitparser_writes_is_read(tmp_path):
    suite = TestSuite("Smoke")
    suite.timestamp = "2025-01-14T09:00:00+01:00"
    for name, result in (("a", None), ("b", Failure("no")), ("c", Error("no")), ("d", Skipped("no"))):
        one = TestCase(name, "Router")
        one.result = [result] if result else []
        suite.add_testcase(one)
    suite.add_property("git.commit", COMMIT)
    whole = JUnitXml("all")
    whole.add_testsuite(suite)
    whole.update_statistics()
    whole.write(str(tmp_path / "report.xml"))
    snapshot = snapshot_of(TestResultsCollector(), OPTIONS | {"revision_property": "git.commit"}, tmp_path)
    rows = rows_of(snapshot, "test_results")
    assert sorted(row["status"] for row in rows) == ["error", "failed", "passed", "skipped"]
    assert {row["event_time"] for row in rows} == {datetime(2025, 1, 14, 8, tzinfo=UTC)}
    assert {(row["revision"], row["of_release"]) for row in rows} == {(COMMIT, None)}  # release r1 names no commit


def test_the_innermost_listed_suite_takes_the_case_and_others_are_left_out_and_counted(tmp_path):
    inner = report(case("a"), name="router.test.ts")
    other = report(case("b"), case("c"), name="unit")
    snapshot = collected(
        tmp_path, f'<testsuites name="Smoke">{inner}</testsuites>', f'<testsuites name="All">{other}</testsuites>'
    )
    assert [row["suite"] for row in rows_of(snapshot, "test_results")] == ["smoke"]
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert cell["detail"] == "2 cases of suites that are not listed were left out"
    assert (cell["records"], cell["duplicates"]) == (1, 0)


def test_a_file_is_one_run_that_began_at_its_earliest_instant(tmp_path):
    suites = report(case("a"), at="2025-01-14T09:00:05Z") + report(case("b"), at="2025-01-14T09:00:00Z")
    rows = rows_of(collected(tmp_path, f"<testsuites>{suites}</testsuites>"), "test_results")
    assert [row["event_time"] for row in rows] == [STARTED, STARTED]


def test_a_suite_takes_the_instant_of_what_it_lies_in(tmp_path):
    inner = f'<testsuite name="Smoke">{case()}</testsuite>'
    [row] = rows_of(
        collected(tmp_path, f'<testsuites timestamp="2025-01-14T09:00:00Z">{inner}</testsuites>'), "test_results"
    )
    assert row["event_time"] == STARTED


def test_cases_of_one_name_are_each_counted_and_a_report_delivered_twice_once(tmp_path):
    one = report(case(child="<failure/>"), case(child="<failure/>"), case(child="<failure/>"))
    snapshot = collected(tmp_path, one, one)
    assert len(rows_of(snapshot, "test_results")) == 3
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (cell["records"], cell["duplicates"]) == (6, 3)


def test_a_run_that_is_there_with_other_results_is_refused(tmp_path):
    said = refused(tmp_path, report(case()), report(case(child="<failure/>")))
    assert said.startswith("1.xml: holds a run that is also there with other results")


def test_gzip_says_the_same_and_nothing_of_the_tests_text_leaves(tmp_path):
    secret = report(case("jane.doe@example.org", "<failure>token=hunter2</failure>"))
    (tmp_path / "a.xml").write_bytes(gzip.compress(secret.encode()))
    files = bytes_of(snapshot_of(TestResultsCollector(), OPTIONS, tmp_path))
    assert not any(word in content for content in files.values() for word in (b"jane.doe", b"hunter2"))


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE testsuite [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE testsuite SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0"?><!DOCTYPE testsuite [<!ENTITY % p SYSTEM "x"> %p;]>',
        "<!DOCTYPE testsuite>",
    ],
)
def test_a_document_type_is_refused(tmp_path, prolog):
    assert refused(tmp_path, prolog + report(case())) == (
        "0.xml, line 1: declares a document type, which may declare entities; expected none\n"
        "  what to do: write the report again"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<testsuite>", "0.xml, line 1: not XML (no element found)"),
        ("<html/>", "0.xml, line 1: found <html>, expected <testsuites> or <testsuite>"),
        ("<testsuites>\n<testcase/></testsuites>", "0.xml, line 2: found a <testcase> outside a <testsuite>"),
        ("<testsuite>" + "<a>" * 32, "0.xml, line 1: elements nest more than 32 deep"),
        (
            report(case(), attributes='tests="2"'),
            "0.xml, line 1: the suite counts 2 cases, 0 of them failed; found 1 and 0",
        ),
        (
            report(case(), attributes='tests="1" failures="1"'),
            "0.xml, line 1: the suite counts 1 cases, 1 of them failed; found 1 and 0",
        ),
        (
            report(case(), attributes='errors="1"'),
            "0.xml, line 1: the suite counts 0 cases, 1 of them failed; found 1 and 0",
        ),
        (report(case(), attributes='tests="many"'), "0.xml, line 1: the suite counts 'many', expected a whole number"),
        (
            report(case(), at="2025-01-14T09:00:00"),
            (
                "0.xml, line 1: its suites' timestamp is '2025-01-14T09:00:00', expected an RFC 3339 instant with a "
                "time zone, e.g. 2025-01-14T12:00:00Z"
            ),
        ),
        (
            report(case(), at="2025-01-15T09:00:00Z"),
            (
                "0.xml, line 1: its suites' timestamp is '2025-01-15T09:00:00Z', expected at most 2 minutes after the "
                "collection at 2025-01-14T12:00:00+00:00"
            ),
        ),
        (
            "<?xml version='1.0' encoding='martian'?>" + report(case()),
            "0.xml: in an encoding that is not read (unknown encoding: martian)",
        ),
        (report(case(), name="Unit"), "source 's': its reports hold no case of a listed suite"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, said):
    assert refused(tmp_path, text).splitlines()[0] == said


def test_a_suite_may_hold_more_than_it_counts(tmp_path):
    assert statuses(tmp_path, report(case(), case(child="<error/>"), attributes='tests="1" errors="1"')) == [
        "error",
        "passed",
    ]


def test_a_timestamp_without_a_zone_is_utc_where_that_is_declared(tmp_path):
    [row] = rows_of(collected(tmp_path, report(case(), at="2025-01-14T09:00:00"), zone="utc"), "test_results")
    assert row["event_time"] == STARTED
    assert "expected an instant of ISO 8601, in UTC" in refused(tmp_path, report(case(), at="today"), zone="utc")


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ('<property name="c" value="main"/>', "0.xml: property 'c' is 'main', expected a commit of 7 to 64"),
        (
            '<property name="c" value="3f9c2d1"/><property name="c" value="3f9c2d2"/>',
            "0.xml: states 2 values of property 'c', expected one",
        ),
    ],
)
def test_a_commit_is_one_commit(tmp_path, properties, said):
    text = report(case(), properties=f"<properties>{properties}</properties>")
    assert refused(tmp_path, text, revision_property="c").startswith(said)


def test_the_options_name_every_problem():
    assert TestResultsCollector().check({"files": ["*.xml"], "suites": {}, "zone": "local"}) == [
        "suites: Dictionary should have at least 1 item after validation, not 0",
        "zone: Input should be 'stated' or 'utc'",
    ]


@given(st.lists(st.sampled_from(["", "<failure/>", "<error/>", "<skipped/>"]), max_size=30))
def test_no_case_is_lost_or_made_better(tmp_path_factory, children):
    path = tmp_path_factory.mktemp("law") / "report.xml"
    path.write_text(report(*(case("same", child) for child in children)))
    found = read_report(inspect(path, path.name, max_line=None)).cases
    names = {"": "passed", "<failure/>": "failed", "<error/>": "error", "<skipped/>": "skipped"}
    assert [one.status for one in found] == [names[child] for child in children]


@given(st.binary(max_size=40), st.integers(0, 400))
def test_whatever_is_changed_is_read_or_refused(tmp_path_factory, new, at):
    path = tmp_path_factory.mktemp("law") / "report.xml"
    whole = report(case("a"), case("b", "<failure/>"), attributes='tests="2"').encode()
    path.write_bytes(whole[:at] + new + whole[at + len(new) :])
    try:
        found = read_report(inspect(path, path.name, max_line=None))
    except CollectionError as error:
        assert str(error).startswith("report.xml")
    else:
        assert {one.status for one in found.cases} <= {"passed", "failed", "error", "skipped"}
