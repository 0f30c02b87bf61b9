import gzip
import json
import tomllib
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import CollectionError
from auditor_collectors import sarif
from auditor_collectors.security_scans import SecurityScansCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {"files": ["*.sarif"], "paths": {"mcp": "mcpRouting"}}
COMMIT = "3f9c2d1e4b5a69788796a5b4c3d2e1f001234567"
ENDED = "2025-01-14T09:00:00Z"
RULES = [
    {"id": "R9", "properties": {"security-severity": "9.0"}},
    {"id": "R7", "properties": {"security-severity": "7.0"}},
    {"id": "plain"},
    {"id": "loud", "defaultConfiguration": {"level": "error"}},
]


def run(*results, **changes):
    one = {
        "tool": {"driver": {"name": "scanner", "rules": RULES}},
        "automationDetails": {"id": "mcp/2025-01-14"},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": ENDED}],
        "results": list(results),
    } | changes
    return {name: value for name, value in one.items() if value is not ...}


def result(**members):
    return {"message": {"text": "jane.doe@example.org, token=hunter2"}} | members


def write(root, *runs, name="a.sarif"):
    (root / name).write_text(json.dumps({"version": "2.1.0", "runs": list(runs)}))


def scans(root, *runs, **options):
    write(root, *runs)
    return rows_of(snapshot_of(SecurityScansCollector(), OPTIONS | options, root), "security_scans")


def counts(root, *results, **options):
    [row] = scans(root, run(*results), **options)
    return {name: row[name] for name in ("critical", "high", "medium", "low", "unrated") if row[name]}


def refused(root, *runs):
    write(root, *runs)
    return refusal(SecurityScansCollector(), OPTIONS, root).splitlines()[0]


def test_a_row_says_what_was_scanned_by_which_tool_and_when(tmp_path):
    [row] = scans(tmp_path, run(versionControlProvenance=[{"repositoryUri": "x", "revisionId": COMMIT}]))
    assert row == {
        "event_time": datetime(2025, 1, 14, 9, tzinfo=UTC),
        "tool": "scanner",
        "path": "mcpRouting",
        "complete": True,
        "revision": COMMIT,
        "of_release": None,
        **dict.fromkeys(("critical", "high", "medium", "low", "unrated"), 0),
    }


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        ("10.0", "critical"),
        ("9.0", "critical"),
        ("8.9", "high"),
        ("8.999", "high"),
        ("7.0", "high"),
        ("6.9", "medium"),
        ("4.0", "medium"),
        ("3.9", "low"),
        ("0.0", "low"),
    ],
)
def test_a_score_is_rated_at_its_boundaries(tmp_path, score, severity):
    assert counts(tmp_path, result(properties={"security-severity": score})) == {severity: 1}


@pytest.mark.parametrize("score", ["11", "10.1", "-1", "high", 9.8, ""])
def test_a_score_that_is_none_is_refused(tmp_path, score):
    said = refused(tmp_path, run(result(properties={"security-severity": score})))
    assert said == (
        f"a.sarif, run 1, result 1: security-severity {str(score)!r}, expected the text of a number from 0.0 to 10.0"
    )


def test_a_result_takes_the_score_of_its_rule_by_place_or_by_id(tmp_path):
    found = counts(
        tmp_path,
        result(ruleIndex=0),
        result(ruleId="R9"),
        result(ruleId="R9/sub"),
        result(rule={"index": 0}),
        result(rule={"id": "R9"}),
        result(ruleIndex=-1, ruleId="R7"),
        result(ruleIndex=0, properties={"security-severity": None}),
        result(ruleIndex=0, properties={"security-severity": "7.0"}),
    )
    assert found == {"critical": 6, "high": 2}


def test_rules_of_an_extension_count(tmp_path):
    tool = {"driver": {"name": "scanner"}, "extensions": [{"name": "pack", "rules": RULES}]}
    write(tmp_path, run(result(rule={"index": 0, "toolComponent": {"index": 0}}), result(ruleId="R9"), tool=tool))
    [row] = rows_of(snapshot_of(SecurityScansCollector(), OPTIONS, tmp_path), "security_scans")
    assert row["critical"] == 2


@pytest.mark.parametrize("place", [{"ruleIndex": 4}, {"ruleIndex": "0"}, {"rule": {"index": 9}}])
def test_a_rule_that_is_not_there_is_refused(tmp_path, place):
    assert "names rule" in refused(tmp_path, run(result(**place)))


def test_without_a_score_the_level_decides_and_an_unmapped_one_is_unrated(tmp_path):
    results = [result(level="error"), result(ruleId="loud"), result(ruleId="plain"), result(level="note")]
    assert counts(tmp_path, *results) == {"unrated": 4}
    (tmp_path / "mapped").mkdir()
    assert counts(tmp_path / "mapped", *results, levels={"error": "critical", "warning": "low"}) == {
        "critical": 2,
        "low": 1,
        "unrated": 1,
    }


def test_what_nobody_settled_is_unrated_and_what_is_no_finding_is_none(tmp_path):
    found = counts(
        tmp_path,
        result(kind="open", ruleIndex=0),
        result(kind="review", ruleIndex=0),
        result(kind="pass", ruleIndex=0),
        result(kind="notApplicable", ruleIndex=0),
        result(baselineState="absent", ruleIndex=0),
    )
    assert found == {"unrated": 2}


def test_suppressing_does_not_erase(tmp_path):
    suppressed = [{"kind": "external", "status": "accepted"}]
    assert counts(tmp_path, result(ruleIndex=0, suppressions=suppressed)) == {"critical": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"results": ...},
        {"results": None},
        {"invocations": [{"executionSuccessful": False, "endTimeUtc": ENDED}]},
        {
            "invocations": [
                {"executionSuccessful": True, "endTimeUtc": ENDED},
                {"executionSuccessful": False, "endTimeUtc": ENDED},
            ]
        },
        {
            "invocations": [
                {
                    "executionSuccessful": True,
                    "endTimeUtc": ENDED,
                    "toolExecutionNotifications": [{"level": "error", "message": {"text": "x"}}],
                }
            ]
        },
        {
            "invocations": [
                {
                    "executionSuccessful": True,
                    "endTimeUtc": ENDED,
                    "toolConfigurationNotifications": [{"level": "error", "message": {"text": "x"}}],
                }
            ]
        },
    ],
)
def test_a_run_that_broke_off_is_not_complete(tmp_path, changes):
    assert [row["complete"] for row in scans(tmp_path, run(**changes))] == [False]


def test_a_warning_of_the_tool_breaks_nothing_off(tmp_path):
    told = {
        "executionSuccessful": True,
        "endTimeUtc": ENDED,
        "toolExecutionNotifications": [{"message": {"text": "x"}}],
    }
    assert [row["complete"] for row in scans(tmp_path, run(invocations=[told]))] == [True]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"invocations": []}, "a.sarif, run 1: has no invocation, so nothing tells when it ended"),
        (
            {"invocations": [{"executionSuccessful": True}]},
            "a.sarif, run 1, invocation 1, member 'endTimeUtc': found none",
        ),
        ({"automationDetails": {"id": "other/x"}}, "a.sarif, run 1: category 'other', expected one of mcp"),
        ({"automationDetails": {"id": "mcp"}}, "a.sarif, run 1: category '', expected one of mcp"),
        ({"automationDetails": ...}, "a.sarif, run 1, member 'automationDetails': found none, expected an object"),
        (
            {"tool": {"driver": {"name": "<b>"}}},
            "a.sarif, run 1, member 'name': found '<b>', expected a name of letters",
        ),
        (
            {"versionControlProvenance": [{"revisionId": COMMIT}, {"revisionId": "0" * 40}]},
            "a.sarif, run 1: states 2 commits, expected one",
        ),
        (
            {"versionControlProvenance": [{"revisionId": "main"}]},
            "a.sarif, run 1, member 'revisionId': found 'main', expected a commit of 7 to 64",
        ),
        (
            {"invocations": [{"executionSuccessful": True, "endTimeUtc": "2025-01-15T09:00:00Z"}]},
            "a.sarif, run 1, member 'endTimeUtc': found '2025-01-15T09:00:00+00:00', expected at most 2 minutes after",
        ),
        ({"results": [{"level": "fatal"}]}, "a.sarif, run 1, result 1, member 'level': found 'fatal', expected one of"),
        ({"results": {}}, "a.sarif, run 1, member 'results': found {}, expected a list of objects"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, changes, said):
    assert refused(tmp_path, run(**changes)).startswith(said)


def test_another_version_of_the_format_is_refused(tmp_path):
    (tmp_path / "a.sarif").write_text('{"version": "2.0.0", "runs": []}')
    assert refusal(SecurityScansCollector(), OPTIONS, tmp_path).startswith(
        "a.sarif, member 'version': found '2.0.0', expected one of 2.1.0"
    )


def test_a_log_without_a_run_is_refused(tmp_path):
    assert refused(tmp_path) == "source 's': its logs hold no run"


def test_a_run_delivered_twice_is_kept_once_and_nothing_of_a_result_leaves(tmp_path):
    write(tmp_path, run(result(ruleIndex=0)))
    (tmp_path / "b.sarif").write_bytes(gzip.compress((tmp_path / "a.sarif").read_bytes()))
    snapshot = snapshot_of(SecurityScansCollector(), OPTIONS, tmp_path)
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (cell["records"], cell["duplicates"], cell["status"]) == (2, 1, "ok")
    files = bytes_of(snapshot)
    assert not any(word in content for content in files.values() for word in (b"jane.doe", b"hunter2"))


def test_the_example_is_accepted_and_other_levels_are_not():
    [options] = tomllib.loads(SecurityScansCollector.example)["sources"].values()
    assert options.pop("kind") == "security_scans"
    assert SecurityScansCollector().check(options) == []
    [problem] = SecurityScansCollector().check(OPTIONS | {"levels": {"fatal": "high"}})
    assert "one of none, note, warning, error" in problem


def changed(value, path, new):
    """Return ``value`` with what lies at ``path`` replaced by ``new``."""
    if not path:
        return new
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def paths_of(value, path=()):
    yield path
    members = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, inner in members:
        yield from paths_of(inner, (*path, key))


FULL = run(
    result(ruleIndex=0, level="error", kind="fail", rule={"index": 0, "toolComponent": {"index": 0}}),
    result(ruleId="R9/sub", properties={"security-severity": "9.8"}),
    tool={"driver": {"name": "scanner", "rules": RULES}, "extensions": [{"name": "pack", "rules": RULES}]},
    versionControlProvenance=[{"revisionId": COMMIT}],
)


@given(st.sampled_from(list(paths_of(FULL))[1:]), st.sampled_from([None, True, 7, "x", [], {}, [[]], [7], {"x": 7}]))
def test_whatever_is_changed_is_read_or_refused(path, new):
    one = changed(FULL, path, new)
    try:
        found = sarif.counted("a run", one, {"error": "high"})
        state = sarif.complete("a run", one), sarif.ended("a run", one), sarif.commits("a run", one)
    except CollectionError as error:
        assert str(error).startswith("a run")
    else:
        assert all(type(number) is int for number in found.values())
        assert type(state[0]) is bool
