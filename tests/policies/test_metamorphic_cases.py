"""Laws of every shipped control, on its own cases: what may change nothing changes nothing.

The order of rows, a shift of both clocks and of the window by whole minutes, and what happens at the as-of or later:
none of them changes a verdict, its reason, or the value that is shown.
"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.rego.wasm import WasmEngine
from policies.shipped_cases import (
    PACK,
    again_at,
    cases,
    decided,
    known_before,
    law,
    shifted,
    shuffled,
    tables_of,
    verdicts,
)

some_case = st.sampled_from(cases())
# What is lawful on one day need not be on another: an adequacy decision has a first and a last day, a month has its own
# length, and the hour in which somebody became aware is not counted.
DATED = {"transfers.recorded"} | {name for name in PACK.controls if name.startswith("deadlines.")}
some_undated_case = st.sampled_from([case for case in cases() if case.control.id not in DATED])


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


@law()
@given(case=some_case, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case, random, engine):
    tables = tables_of(case)
    assert verdicts(decided(case, shuffled(tables, random), engine)) == verdicts(decided(case, tables, engine))


@law()
@given(case=some_undated_case, minutes=st.integers(-100_000, 100_000))
def test_a_shift_of_every_clock_changes_nothing(case, minutes, engine):
    tables = tables_of(case)
    moved, later = shifted(case, tables, timedelta(minutes=minutes))
    assert verdicts(decided(moved, later, engine)) == verdicts(decided(case, tables, engine))


@law()
@given(case=some_case)
def test_what_happens_at_the_as_of_or_later_changes_nothing(case, engine):
    tables = tables_of(case)
    hidden = known_before(tables, case.as_of)
    assert verdicts(decided(case, hidden, engine)) == verdicts(decided(case, tables, engine))


@law()
@given(case=some_case, seconds=st.integers(0, 600))
def test_what_happens_again_after_the_as_of_changes_nothing(case, seconds, engine):
    tables = tables_of(case)
    again = again_at(tables, case.as_of + timedelta(seconds=seconds))
    assert verdicts(decided(case, again, engine)) == verdicts(decided(case, tables, engine))
