"""Budgets and Cost Explorer: what may be spent and what was, exactly, and never less than it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.errors import CollectionError
from auditor_collectors.aws.sources.budgets import BudgetsCollector
from auditor_collectors.aws.sources.cost_explorer import COSTS, CostExplorerCollector
from aws.stubbed import ACCOUNT, Stubs, rows_of

BUDGETS = BudgetsCollector()
EXPLORER = CostExplorerCollector()
BUDGET = {
    "BudgetName": "support",
    "BudgetLimit": {"Amount": "250.0000000019", "Unit": "USD"},
    "TimeUnit": "MONTHLY",
    "TimePeriod": {"Start": datetime(2024, 1, 1, tzinfo=UTC), "End": datetime(2087, 6, 15, tzinfo=UTC)},
    "BudgetType": "COST",
    "FilterExpression": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Bedrock"]}},
    "Metrics": ["UnblendedCost"],
    "HealthStatus": {"Status": "HEALTHY"},
}
HALF = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 50.0}
BEDROCK = "Amazon Bedrock"
EDITION = "Claude 3.5 Sonnet (Amazon Bedrock Edition)"
DECLARED = {"services": [BEDROCK, EDITION]}


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def budgeted(stubs, *budgets, notifications=(HALF,)):
    asked = {"AccountId": ACCOUNT, "ShowFilterExpression": True}
    stubs.answer("budgets", "DescribeBudgets", {"Budgets": list(budgets)}, asked)
    for one in sorted(budget["BudgetName"] for budget in budgets):
        about = {"AccountId": ACCOUNT, "BudgetName": one}
        stubs.answer("budgets", "DescribeNotificationsForBudget", {"Notifications": list(notifications)}, about)


def test_a_budget_of_the_new_style_is_a_row_of_the_month(stubs, tmp_path):
    budgeted(stubs, BUDGET)
    found = rows_of(BUDGETS, {}, tmp_path, stubs)
    [row] = found["budgets"]
    assert (row["name"], row["currency"]) == ("support", "USD")
    assert row["amount_nano"] == 250_000_000_001
    assert (row["period_start"], row["period_end"]) == (at(2025, 1, 1), at(2025, 2, 1))
    [told] = found["budget_notifications"]
    assert (told["budget"], told["type"], told["threshold_ppm"]) == ("support", "ACTUAL", 500_000)


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [
        ("DAILY", at(2025, 1, 14), at(2025, 1, 15)),
        ("QUARTERLY", at(2025, 1, 1), at(2025, 4, 1)),
        ("ANNUALLY", at(2025, 1, 1), at(2026, 1, 1)),
        ("CUSTOM", at(2024, 1, 1), at(2087, 6, 15)),
    ],
)
def test_the_period_of_a_budget_is_that_of_the_calendar(stubs, tmp_path, unit, start, end):
    budgeted(stubs, BUDGET | {"TimeUnit": unit})
    [row] = rows_of(BUDGETS, {}, tmp_path, stubs)["budgets"]
    assert (row["period_start"], row["period_end"]) == (start, end)


def test_a_period_does_not_reach_beyond_the_time_of_its_budget(stubs, tmp_path):
    bounds = {"Start": at(2025, 1, 10), "End": at(2025, 1, 20)}
    ended = {"BudgetName": "over", "TimePeriod": {"Start": at(2024, 1, 1), "End": at(2024, 12, 1)}}
    budgeted(stubs, BUDGET | {"TimePeriod": bounds}, BUDGET | ended)
    found = rows_of(BUDGETS, {}, tmp_path, stubs)
    [row] = found["budgets"]
    assert (row["period_start"], row["period_end"]) == (at(2025, 1, 10), at(2025, 1, 20))
    assert answers(found)["DescribeBudgets", "over"] == ("ok", 0)


def test_planned_limits_are_rows_of_their_months(stubs, tmp_path):
    planned = {"1735689600": {"Amount": "100", "Unit": "USD"}, "1738368000": {"Amount": "200", "Unit": "USD"}}
    without = {key: value for key, value in BUDGET.items() if key != "BudgetLimit"}
    budgeted(stubs, without | {"PlannedBudgetLimits": planned})
    found = rows_of(BUDGETS, {}, tmp_path, stubs)["budgets"]
    assert [(row["period_start"], row["period_end"], row["amount_nano"]) for row in found] == [
        (at(2025, 1, 1), at(2025, 2, 1), 100 * 10**9),
        (at(2025, 2, 1), at(2025, 3, 1), 200 * 10**9),
    ]


def test_a_budget_of_hours_is_no_budget_of_money(stubs, tmp_path):
    hours = {"BudgetType": "USAGE", "BudgetLimit": {"Amount": "100", "Unit": "Hrs"}}
    budgeted(stubs, BUDGET | hours)
    assert "budgets" not in rows_of(BUDGETS, {}, tmp_path, stubs)


def test_what_an_unhealthy_budget_says_is_partial(stubs, tmp_path):
    unwell = {"HealthStatus": {"Status": "UNHEALTHY", "StatusReason": "BILLING_VIEW_NO_ACCESS"}}
    budgeted(stubs, BUDGET | unwell, BUDGET | {"BudgetName": "well"})
    found = answers(rows_of(BUDGETS, {}, tmp_path, stubs))
    assert found["DescribeBudgets", "support"] == ("partial", 1)
    assert found["DescribeNotificationsForBudget", "support"] == ("partial", 1)
    assert found["DescribeBudgets", "well"] == ("ok", 1)
    assert found["DescribeNotificationsForBudget", "well"] == ("ok", 1)


def test_notifications_that_may_not_be_read_are_an_answer(stubs, tmp_path):
    stubs.answer("budgets", "DescribeBudgets", {"Budgets": [BUDGET]})
    stubs.refuse("budgets", "DescribeNotificationsForBudget", "AccessDeniedException")
    found = rows_of(BUDGETS, {}, tmp_path, stubs)
    assert answers(found)["DescribeNotificationsForBudget", "support"] == ("denied", 0)
    assert "budget_notifications" not in found


def answers(found):
    return {(row["call"], row["subject"]): (row["status"], row["records"]) for row in found["source_answers"]}


def group(service, amount, unit="USD"):
    return {"Keys": [service], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": unit}}}


def period(day, *groups, estimated=False):
    bounds = {"Start": f"2025-01-{day:02}", "End": f"2025-01-{day + 1:02}"}
    return {"TimePeriod": bounds, "Groups": list(groups), "Estimated": estimated}


def costs(stubs, tmp_path, *periods, options=DECLARED):
    stubs.answer("ce", "GetCostAndUsage", {"ResultsByTime": list(periods)})
    found = rows_of(EXPLORER, options, tmp_path, stubs)
    return found, [
        (row["service"], row["period_start"].day, row["amount_nano"], row["estimated"])
        for row in found.get("costs", [])
    ]


def test_costs_are_asked_for_to_the_end_of_today_and_without_credits(stubs, tmp_path):
    asked = {
        "TimePeriod": {"Start": "2024-12-05", "End": "2025-01-15"},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "Filter": {
            "And": [
                {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [ACCOUNT]}},
                {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}},
            ]
        },
    }
    first, second = period(13, group(BEDROCK, "1.5")), period(14, group(BEDROCK, "0.0000000001"), estimated=True)
    stubs.answer("ce", "GetCostAndUsage", {"ResultsByTime": [first], "NextPageToken": "t"}, asked)
    stubs.answer("ce", "GetCostAndUsage", {"ResultsByTime": [second]}, asked | {"NextPageToken": "t"})
    found = rows_of(EXPLORER, {"linked_accounts": [ACCOUNT]}, tmp_path, stubs)
    assert [(row["period_start"], row["period_end"]) for row in found["costs"]] == [
        (at(2025, 1, 13), at(2025, 1, 14)),
        (at(2025, 1, 14), at(2025, 1, 15)),
    ]
    assert [(row["amount_nano"], row["estimated"]) for row in found["costs"]] == [(1_500_000_000, False), (1, True)]
    [told] = found["source_answers"]
    assert (told["asked_from"], told["asked_until"], told["records"]) == (at(2024, 12, 5), at(2025, 1, 15), 2)


def test_each_page_of_costs_has_its_price_and_a_second_of_its_own():
    assert COSTS.price_nano_usd == 10_000_000
    assert COSTS.per_second == 1


def test_a_service_of_bedrock_that_nobody_declared_is_kept_and_said(stubs, tmp_path):
    new = "Claude 9 (Amazon Bedrock Edition)"
    found, rows = costs(
        stubs, tmp_path, period(13, group(BEDROCK, "1"), group(EDITION, "2"), group(new, "3"), group("Amazon S3", "4"))
    )
    assert rows == [(BEDROCK, 13, 10**9, False), (EDITION, 13, 2 * 10**9, False), (new, 13, 3 * 10**9, False)]
    assert answers(found)["GetCostAndUsage", new] == ("partial", 1)
    assert answers(found)["GetCostAndUsage", ""] == ("ok", 3)


def test_without_declared_services_all_are_kept(stubs, tmp_path):
    found, rows = costs(stubs, tmp_path, period(13, group("Amazon S3", "4")), options={})
    assert rows == [("Amazon S3", 13, 4 * 10**9, False)]
    assert list(answers(found)) == [("GetCostAndUsage", "")]


def test_a_credit_does_not_hide_what_was_spent(stubs, tmp_path):
    _, rows = costs(stubs, tmp_path, period(13, group(BEDROCK, "-7.5"), group(EDITION, "0")))
    assert rows == [(BEDROCK, 13, 0, False), (EDITION, 13, 0, False)]


def test_a_period_that_does_not_list_a_service_is_nothing_only_once_that_is_known(stubs, tmp_path):
    periods = [
        period(10, group(EDITION, "1"), estimated=True),
        period(11, group(BEDROCK, "2"), estimated=True),
        period(12, group(EDITION, "3"), estimated=True),
        period(13, estimated=True),
    ]
    _, rows = costs(stubs, tmp_path, *periods)
    assert rows == [
        (BEDROCK, 10, 0, True),
        (BEDROCK, 11, 2 * 10**9, True),
        (EDITION, 10, 10**9, True),
        (EDITION, 11, 0, True),
        (EDITION, 12, 3 * 10**9, True),
    ]


def test_a_closed_period_that_does_not_list_a_service_cost_nothing(stubs, tmp_path):
    _, rows = costs(stubs, tmp_path, period(12, group(BEDROCK, "1")), period(13))
    assert rows == [(BEDROCK, 12, 10**9, False), (BEDROCK, 13, 0, False)]


def test_half_an_answer_fills_no_gap(stubs, tmp_path):
    first = {"ResultsByTime": [period(11, group(BEDROCK, "1")), period(12)], "NextPageToken": "t"}
    stubs.answer("ce", "GetCostAndUsage", first)
    stubs.refuse("ce", "GetCostAndUsage", "AccessDeniedException")
    found = rows_of(EXPLORER, DECLARED, tmp_path, stubs)
    assert [row["period_start"].day for row in found["costs"]] == [11]
    assert answers(found)["GetCostAndUsage", ""] == ("partial", 1)


def test_costs_that_may_not_be_read_are_an_answer_and_no_row(stubs, tmp_path):
    stubs.refuse("ce", "GetCostAndUsage", "AccessDeniedException")
    found = rows_of(EXPLORER, DECLARED, tmp_path, stubs)
    assert "costs" not in found
    assert answers(found) == {("GetCostAndUsage", ""): ("denied", 0)}


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (group(BEDROCK, "much"), "a decimal amount"),
        (group(BEDROCK, "1", unit="N/A"), "a currency"),
        (group(BEDROCK, "1") | {"Keys": []}, "a text that is not empty"),
    ],
)
def test_an_amount_that_is_none_is_refused(stubs, tmp_path, one, said):
    with pytest.raises(CollectionError, match=said):
        costs(stubs, tmp_path, period(13, one))


def test_a_service_that_a_period_lists_twice_with_other_amounts_is_refused(stubs, tmp_path):
    with pytest.raises(CollectionError, match="is there twice"):
        costs(stubs, tmp_path, period(13, group(BEDROCK, "1"), group(BEDROCK, "2")))
