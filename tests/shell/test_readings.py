"""Which columns of a row go into which test, and what a wrong one says."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.adapters.policies.metadata import ControlMetadata
from auditor.errors import ControlError
from auditor.shell.readings import assured

BASE = {
    "id": "family.name",
    "title": "A title",
    "description": "A description",
    "severity": "high",
    "evidence_for": ["checklist/1"],
    "parameters": {},
}
RANKS = {"first": "ours", "second": "theirs", "wins": "wins", "ties": "ties", "groups": "groups"}
LOWER = {"ours": 5, "theirs": 5, "wins": "50", "ties": "0", "groups": [[1, 0]] * 5 + [[0, 1]] * 5}
RISING = [[value, 100, 0] for value in (1, 2, 3, 4)]


def control(**reading: Any) -> ControlMetadata:
    return ControlMetadata.model_validate(BASE | reading)


def test_a_control_without_a_reading_has_none() -> None:
    assert assured(control(), {}, {"resource": "r"}) is None


def test_ranks_are_read_from_their_columns_texts_as_numbers() -> None:
    assert assured(control(rank_test=RANKS), {}, LOWER) == "pass"
    assert assured(control(rank_test=RANKS), {}, LOWER | {"wins": 50, "ties": 0}) == "pass"
    mirrored = LOWER | {"wins": 0, "groups": LOWER["groups"][::-1]}
    assert assured(control(rank_test=RANKS), {}, mirrored) == "fail"


def test_large_samples_have_no_groups() -> None:
    large = {"ours": 100, "theirs": 100, "wins": "20000", "ties": "0", "groups": None}
    assert assured(control(rank_test=RANKS), {}, large) == "pass"
    assert assured(control(rank_test=RANKS), {}, large | {"wins": "10000"}) == "undecided"


@pytest.mark.parametrize("column", ["ours", "theirs", "wins", "ties"])
def test_a_rank_column_that_is_null_gives_no_reading(column: str) -> None:
    assert assured(control(rank_test=RANKS), {}, LOWER | {column: None}) is None


def test_a_trend_is_read_from_its_periods() -> None:
    spec = control(trend={"periods": "series"})
    assert assured(spec, {}, {"series": RISING}) == "fail"
    assert assured(spec, {}, {"series": RISING[::-1]}) == "pass"
    assert assured(spec, {}, {"series": None}) is None
    assert assured(spec, {}, {"series": [*RISING, [1, 100, None]]}) is None


def test_looks_are_spent_as_the_line_says() -> None:
    spec = control(trend={"periods": "series"})
    assert assured(spec, {"looks": 2}, {"series": RISING}) == "pass"
    assert assured(spec, {"looks": 2, "look": 2, "spending": "obrien_fleming"}, {"series": RISING}) == "fail"
    shares = control(binomial={"events": "e", "trials": "t", "unknown": "u", "share": [1, 20]})
    row = {"e": 0, "t": 59, "u": 0}
    assert assured(shares, {}, row) == "pass"
    assert assured(shares, {"looks": 2, "look": 1, "spending": "obrien_fleming"}, row) == "undecided"
    assert assured(shares, {"looks": 2, "look": 2, "spending": "obrien_fleming"}, row) == "undecided"
    assert assured(shares, {"looks": 2, "look": 2, "spending": "obrien_fleming"}, row | {"t": 65}) == "pass"


@pytest.mark.parametrize(
    ("reading", "row", "parameters", "said"),
    [
        ({"rank_test": RANKS}, LOWER | {"wins": "51"}, {}, "no two samples have"),
        ({"rank_test": RANKS}, LOWER, {"looks": 1, "look": 2}, "no level of"),
        ({"trend": {"periods": "series"}}, {"series": [[2, 1, 0]]}, {}, "a period with other than"),
        ({"trend": {"periods": "series"}}, {"series": RISING}, {"spending": "linear"}, "no level of"),
    ],
)
def test_counts_and_looks_that_cannot_be_name_control_resource_and_columns(
    reading: dict[str, Any], row: dict[str, Any], parameters: dict[str, Any], said: str
) -> None:
    with pytest.raises(ControlError) as raised:
        assured(control(**reading), parameters, row | {"resource": "direct"})
    assert str(raised.value).startswith("control family.name, direct: ")
    assert said in str(raised.value)
    assert "or the line's looks" in raised.value.remedy


def test_only_one_reading_can_be_the_assured_one() -> None:
    with pytest.raises(ValueError, match="has the readings rank_test and trend, but only one"):
        control(rank_test=RANKS, trend={"periods": "series"})
