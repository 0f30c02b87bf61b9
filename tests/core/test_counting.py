"""What a finding takes from its row and its decision, to the last member."""

from datetime import UTC, datetime

import pytest

from auditor.core.findings import agree_on_clocks, check_rows, deciding_reason, findings
from auditor.errors import ControlError
from auditor.model import Finding, Verdict, Window

WINDOW = Window(datetime(2025, 1, 14, 10, tzinfo=UTC), datetime(2025, 1, 14, 12, tzinfo=UTC))
OTHER = Window(datetime(2025, 1, 14, 9, tzinfo=UTC), datetime(2025, 1, 14, 11, tzinfo=UTC))
ROW = {"resource": "r", "n": 3, "requests": 40}
DECISION = {"verdict": "fail", "reason": "over_limit", "observed": 9, "limit": 5}


def test_a_finding_is_its_row_and_its_decision():
    (found,) = findings("l", "c.d", WINDOW, [ROW], [DECISION], members="n", sample_size="requests")
    assert found == Finding("l", "c.d", "r", 3, Verdict.FAIL, "over_limit", 9, 5, 40, WINDOW, ROW)


def test_without_counts_a_row_is_one_member_and_no_sample():
    (found,) = findings("l", "c.d", WINDOW, [ROW], [{"verdict": "pass", "reason": "no_data"}])
    assert (found.members, found.sample_size, found.observed, found.limit) == (1, None, None, None)


def test_an_empty_population_has_no_member_and_no_sample():
    (found,) = findings("l", "c.d", WINDOW, [], [], members="n", sample_size="requests")
    assert found == Finding(
        "l", "c.d", "(population)", 0, Verdict.INCONCLUSIVE, "no_data", None, None, 0, WINDOW
    )  # fmt: skip


@pytest.mark.parametrize("resource", [7, "", None, ["r"], True])
def test_a_resource_is_text(resource):
    with pytest.raises(ControlError, match="row 0: column 'resource' is .*, expected text"):
        check_rows("c.d", [{"resource": resource}], None)


@pytest.mark.parametrize("count", ["3", 1.0, -1, True])
def test_a_count_is_a_whole_number_from_one_on(count):
    check_rows("c.d", [{"resource": "a", "n": 1}, {"resource": "b", "n": 2}], "n")
    with pytest.raises(ControlError, match="row 1: column 'n' is .*, expected a count"):
        check_rows("c.d", [{"resource": "a", "n": 1}, {"resource": "b", "n": count}], "n")


@pytest.mark.parametrize("reason", [["no_data"], 7, None, ""])
def test_a_reason_is_a_listed_word(reason):
    with pytest.raises(ControlError, match="is not a listed reason code"):
        findings("l", "c.d", WINDOW, [ROW], [{"verdict": "pass", "reason": reason}])


def test_the_deciding_reason_is_the_first_of_that_verdict():
    members = [(Verdict.PASS, "within_limit"), (Verdict.FAIL, "over_limit"), (Verdict.FAIL, "other_region")]
    assert deciding_reason(Verdict.FAIL, members, "otherwise") == "over_limit"
    assert deciding_reason(Verdict.PASS, members, "otherwise") == "within_limit"
    assert deciding_reason(Verdict.INCONCLUSIVE, members, "otherwise") == "otherwise"


def test_where_clocks_disagree_the_central_reading_is_kept_beside_the_verdict():
    def reading(window, verdict, observed, resource="r"):
        row, decision = (
            {"resource": resource, "n": 2},
            {"verdict": verdict, "reason": "no_data", "observed": observed, "limit": 5},
        )
        return findings("l", "c.d", window, [row], [decision], members="n", sample_size="n")

    central, end = reading(WINDOW, "pass", 1), reading(OTHER, "fail", 9)
    assert agree_on_clocks(central, [end]) == (
        Finding("l", "c.d", "r", 2, Verdict.INCONCLUSIVE, "clock_skew", 1, 5, 2, WINDOW, {"resource": "r", "n": 2}),
    )
    assert agree_on_clocks(central, [reading(OTHER, "pass", 9)]) == central
    both = agree_on_clocks(central, [(*reading(OTHER, "pass", 7), *reading(OTHER, "pass", 9, "a"))])
    assert [(one.resource, one.verdict.value, one.window) for one in both] == [
        ("a", "inconclusive", WINDOW),
        ("r", "pass", WINDOW),
    ]
