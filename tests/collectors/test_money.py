"""Costs and budgets: every digit kept, rounded against the spender, and what is not an amount is refused."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope
from auditor_collectors.budgets import BudgetsCollector
from auditor_collectors.costs import CostsCollector
from auditor_collectors.money import Row

COLLECTORS = {"costs": CostsCollector(), "budgets": BudgetsCollector()}
PERIOD = {"period_start": "from", "period_end": "to", "amount": "amount", "currency": {"column": "money"}}
COLUMNS = {
    "costs": PERIOD | {"service": "what", "estimated": "guess", "available_at": "seen"},
    "budgets": PERIOD | {"name": "what"},
}
ROW = {
    "from": "2025-01-13T00:00:00Z",
    "to": "2025-01-14T01:00:00+01:00",
    "what": "models",
    "amount": "1.0000000001",
    "money": "EUR",
    "guess": False,
    "seen": None,
}
NEXT = ROW | {"from": "2025-01-14T00:00:00Z", "to": "2025-01-15T00:00:00Z"}
BOTH = pytest.mark.parametrize("kind", ["costs", "budgets"])


def read(folder, kind, text, form="jsonl", columns=None):
    (folder / "money.txt").write_text(text)
    scope = Scope("s", "e", "r", "p")
    context = CollectContext(kind, scope, folder, folder, datetime(2025, 1, 14, 12, tzinfo=UTC))
    options = {"files": ["money.txt"], "format": form, "columns": columns or COLUMNS[kind]}
    assert COLLECTORS[kind].check(options) == []
    batches = list(COLLECTORS[kind].collect(options, context))
    rows = [one for batch in batches if batch.table == kind for one in batch.rows.to_pylist()]
    (covered,) = [one for batch in batches if batch.table == "coverage" for one in batch.rows.to_pylist()]
    assert (covered["source"], covered["status"], covered["records"]) == (kind, "ok", len(rows))
    return rows


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_cost_is_rounded_up_and_a_budget_down(tmp_path):
    (cost,) = read(tmp_path, "costs", lines(ROW))
    (budget,) = read(tmp_path, "budgets", lines(ROW))
    assert (cost["amount_nano"], budget["amount_nano"]) == (1_000_000_001, 1_000_000_000)
    assert (cost["period_end"], cost["estimated"], cost["available_at"]) == (
        datetime(2025, 1, 14, tzinfo=UTC),
        False,
        None,
    )


def test_a_number_of_json_keeps_its_digits(tmp_path):
    text = lines(ROW).replace('"1.0000000001"', "1234567.00000000100000000000000000000001")
    assert read(tmp_path, "costs", text)[0]["amount_nano"] == 1_234_567_000_000_002


def test_csv_is_read_as_json_lines_are(tmp_path):
    text = "what,from,to,amount,money,guess,seen\nmodels,2025-01-13T00:00:00Z,2025-01-14T00:00:00Z,2.5,EUR,TRUE,\n"
    (cost,) = read(tmp_path, "costs", text, "csv")
    assert (cost["service"], cost["amount_nano"], cost["estimated"]) == ("models", 2_500_000_000, True)
    with pytest.raises(CollectionError, match="line 3: found 1 values, expected 7"):
        read(tmp_path, "costs", text + "models\n", "csv")


def test_what_nobody_calls_final_is_an_estimate(tmp_path):
    columns = {name: one for name, one in COLUMNS["costs"].items() if name != "estimated"}
    assert read(tmp_path, "costs", lines(ROW), columns=columns)[0]["estimated"] is True


@BOTH
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", "NaN"),
        ("amount", float("nan")),
        ("amount", "Infinity"),
        ("amount", "-0.01"),
        ("amount", "-1e-12"),
        ("amount", ""),
        ("amount", None),
        ("amount", True),
        ("amount", "1,5"),
        ("amount", "9223372036.854775808"),
        ("amount", "1e99"),
        ("money", None),
        ("money", "euro"),
        ("from", "2025-01-13T00:00:00"),
        ("from", "2025-01-13"),
        ("to", "2025-01-13T00:00:00Z"),
        ("what", ""),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(kind, column, value, tmp_path):
    with pytest.raises(CollectionError, match=f"money.txt, row 2, column '{column}'"):
        read(tmp_path, kind, lines(NEXT, ROW | {column: value}))


@pytest.mark.parametrize(("column", "value"), [("guess", "maybe"), ("guess", None), ("seen", "2025-01-14T12:03:00Z")])
def test_what_is_wrong_of_a_cost_only(column, value, tmp_path):
    with pytest.raises(CollectionError, match=f"money.txt, row 1, column '{column}'"):
        read(tmp_path, "costs", lines(ROW | {column: value}))


@BOTH
@pytest.mark.parametrize("again", [ROW, ROW | {"from": "2025-01-12T00:00:00Z"}, ROW | {"money": "USD"}])
def test_the_same_period_twice_is_refused(kind, again, tmp_path):
    with pytest.raises(CollectionError, match=re.escape("'models' overlaps the period of money.txt, row")):
        read(tmp_path, kind, lines(ROW, again))


@BOTH
def test_periods_that_meet_and_other_names_are_no_overlap(kind, tmp_path):
    assert len(read(tmp_path, kind, lines(ROW, NEXT, ROW | {"what": "storage"}))) == 3


@BOTH
@pytest.mark.parametrize("text", ["[]\n", "[[1, 2]]\n", '{"a": 1, "a": 2}\n', "{\n", "\n"])
def test_what_is_no_row_is_refused(kind, text, tmp_path):
    with pytest.raises(CollectionError, match="money.txt|hold no"):
        read(tmp_path, kind, text)


@BOTH
def test_a_mapping_without_a_currency_is_refused(kind):
    options = {"files": ["m"], "format": "csv", "columns": COLUMNS[kind] | {"currency": {}}}
    assert any("currency" in problem for problem in COLLECTORS[kind].check(options))
    del options["columns"]["currency"]
    assert COLLECTORS[kind].check(options) == ["columns.currency: Field required"]


@given(st.integers(0, 10**30), st.integers(0, 30))
def test_no_digit_is_lost(digits, places):
    amount = Decimal(digits).scaleb(-places) if digits < 10 ** (9 + places) else Decimal(digits % 10**9)
    row = Row("f", 1, {"up": amount, "down": f"{amount:f}"})
    exact = Fraction(Decimal(amount)) * 10**9
    assert -(-exact // 1) == row.nano("up", up=True)
    assert exact // 1 == row.nano("down", up=False)
