from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.findings import agree_on_clocks, check_rows, counts, findings, not_elapsed, while_running
from auditor.core.graph import topological_order
from auditor.core.reason_codes import SENTENCES
from auditor.core.reasons import quantity, sentence
from auditor.errors import ControlError
from auditor.model import Verdict, Window

WINDOW = Window(datetime(2025, 1, 14, 10, tzinfo=UTC), datetime(2025, 1, 14, 12, tzinfo=UTC))


def one(resource: str, verdict: str, reason: str = "no_data"):
    return findings("l", "c.d", WINDOW, [{"resource": resource}], [{"verdict": verdict, "reason": reason}])[0]


def test_an_empty_population_is_inconclusive():
    (only,) = findings("l", "c.d", WINDOW, [], [])
    assert (only.verdict, only.reason, only.members) == (Verdict.INCONCLUSIVE, "no_data", 0)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ({"verdict": "PASS", "reason": "no_data"}, "'PASS' is not a valid Verdict"),
        ({"reason": "no_data"}, "'None' is not a valid Verdict"),
        ({"verdict": "pass", "reason": "because"}, "reason 'because' is not a listed reason code"),
        ({"verdict": "pass"}, "reason None is not a listed"),
    ],
)
def test_a_decision_outside_the_closed_lists_is_the_authors_error(decision, expected):
    with pytest.raises(ControlError, match="control c.d, r") as caught:
        findings("l", "c.d", WINDOW, [{"resource": "r"}], [decision])
    assert expected in str(caught.value)


def test_rows_and_decisions_pair_one_to_one():
    with pytest.raises(ControlError, match="1 rows, but 0 decisions"):
        findings("l", "c.d", WINDOW, [{"resource": "r"}], [])


@pytest.mark.parametrize(
    ("rows", "members", "expected"),
    [
        ([{"resource": None}], None, "row 0: column 'resource' is None"),
        ([{}], None, "column 'resource' is None"),
        ([{"resource": "a"}, {"resource": "a"}], None, "'a' appears twice"),
        ([{"resource": "a", "n": 0}], "n", "column 'n' is 0"),
        ([{"resource": "a", "n": True}], "n", "column 'n' is True"),
        ([{"resource": "a"}], "n", "column 'n' is None"),
    ],
)
def test_rows_that_cannot_be_findings_are_refused(rows, members, expected):
    with pytest.raises(ControlError) as caught:
        check_rows("c.d", rows, members)
    assert expected in str(caught.value)


def test_clocks_that_agree_keep_the_finding_and_those_that_do_not_are_inconclusive():
    agreed = agree_on_clocks([one("a", "fail")], [[one("a", "fail")], [one("a", "fail")]])
    assert agreed[0].verdict == Verdict.FAIL
    torn = agree_on_clocks([one("a", "pass")], [[one("a", "pass")], [one("a", "fail")]])
    assert (torn[0].verdict, torn[0].reason) == (Verdict.INCONCLUSIVE, "clock_skew")


def test_a_resource_seen_by_one_clock_only_is_inconclusive():
    found = agree_on_clocks([one("a", "pass")], [[one("a", "pass"), one("b", "fail")], [one("a", "pass")]])
    assert {item.resource: item.verdict.value for item in found} == {"a": "pass", "b": "inconclusive"}


def test_while_a_window_runs_only_an_early_fail_stands():
    found = [one(verdict, verdict, "coverage") for verdict in ("pass", "fail", "inconclusive", "not_applicable")]
    open_ = (Verdict.INCONCLUSIVE, "not_elapsed")
    early = [(one.verdict, one.reason) for one in while_running(found, early_fail=True)]
    assert early == [open_, (Verdict.FAIL, "coverage"), open_, open_]
    assert [(one.verdict, one.reason) for one in while_running(found, early_fail=False)] == [open_] * 4


def test_what_has_not_begun_measured_nothing():
    found = not_elapsed("l", "c.d", None)
    assert (found.verdict, found.reason, found.members) == (Verdict.INCONCLUSIVE, "not_elapsed", 0)


def test_counts_name_every_verdict():
    assert counts([Verdict.PASS, Verdict.PASS]) == {"pass": 2, "fail": 0, "inconclusive": 0, "not_applicable": 0}


@given(st.dictionaries(st.sampled_from("abcdefg"), st.lists(st.sampled_from("abcdefg"))))
def test_topological_order_puts_needs_first_or_names_a_circle(graph):
    try:
        order = topological_order(graph)
    except ValueError as error:
        assert "circle" in str(error)
        return
    assert sorted(order) == sorted(graph)
    for name, needs in graph.items():
        assert all(order.index(need) < order.index(name) for need in needs if need in graph)


@pytest.mark.parametrize("reason", sorted(SENTENCES))
def test_every_reason_makes_a_sentence_even_of_nothing(reason):
    assert sentence(reason, None, None)
    assert sentence(reason, {"source": "", "destination": None}, ["a"], "us")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1_500_000, "us", "1.500 s"),
        (300_000, "us", "300 ms"),
        (12_345, "us", "12.345 ms"),
        (59_000_000, "us", "59.000 s"),
        (60_000_000, "us", "1 min"),
        (61_500_000, "us", "61.500 s"),
        (3_605_000_000, "us", "1 h 5 s"),
        (18_780_000_000, "us", "5 h 13 min"),
        (5, "min", "5 min"),
        (None, "us", "unknown"),
        ({"b": "x", "a": None}, "", "a unknown, b x"),
        (["x", "y"], "", "x, y"),
    ],
)
def test_quantities_have_units(value, unit, words):
    assert quantity(value, unit) == words


@pytest.mark.parametrize("window", [None, WINDOW])
def test_a_window_that_has_not_begun_is_said_to_have_not(window):
    one = not_elapsed("line", "slo.p95", window)
    assert (one.verdict, one.reason, one.members, one.window) == (Verdict.INCONCLUSIVE, "not_elapsed", 0, window)


@pytest.mark.parametrize(("early", "stands"), [(True, [Verdict.FAIL]), (False, [])])
def test_before_a_window_has_ended_only_a_fail_that_nothing_mends_stands(early, stands):
    reasons = {"pass": "within_limit", "fail": "over_limit", "inconclusive": "no_data", "not_applicable": "listed"}
    given_rows = [{"resource": verdict} for verdict in reasons]
    decided = [{"verdict": verdict, "reason": reason, "observed": 7} for verdict, reason in reasons.items()]
    found = while_running(findings("line", "slo.p95", WINDOW, given_rows, decided), early_fail=early)
    assert [one.verdict for one in found if one.verdict is not Verdict.INCONCLUSIVE] == stands
    assert {one.reason for one in found if one.verdict is Verdict.INCONCLUSIVE} == {"not_elapsed"}
    assert {one.observed for one in found} == {7}
