"""Laws of every control that judges requests: what is worse, missing or late never improves what is decided.

The relations of metamorphic testing (Chen, Cheung and Yiu, 1998): a change of the traffic whose effect on the verdict
is known, whatever the verdict is. Traffic comes from shapes of minutes at and around the limits; its observer is
honest, and the declared capacity a true one. Each law decides through DuckDB and Wasm.
"""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.adapters.rego.wasm import WasmEngine
from policies.shipped_cases import PACK, RANK, law
from policies.traffic import FATES, JUDGES, START, Traffic, capacities, judges, minutes, traffics

TOO_FEW = {"low_sample", "no_data"}


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


@law()
@given(judge=judges, traffic=traffics, minute=minutes, capacity=capacities, data=st.data())
def test_a_good_request_that_turns_bad_never_improves(judge, traffic, minute, capacity, data, engine):
    assume(traffic.minutes[minute].get(judge.good))
    turned = traffic.more(minute, judge.good, -1).more(minute, data.draw(st.sampled_from(judge.bad)))
    before, _ = judge.verdict(traffic, engine, capacity)
    after, _ = judge.verdict(turned, engine, capacity)
    assert RANK.index(after) <= RANK.index(before)


@law()
@given(judge=judges, traffic=traffics, minute=minutes, number=st.integers(1, 40), data=st.data())
def test_bad_requests_more_never_improve(judge, traffic, minute, number, data, engine):
    more = traffic.more(minute, data.draw(st.sampled_from(judge.bad)), number)
    before, why = judge.verdict(traffic, engine)
    after, _ = judge.verdict(more, engine)
    if before == "inconclusive" and why & TOO_FEW:
        return  # one bad request among enough of them is a pass
    assert RANK.index(after) <= RANK.index(before)


@law()
@given(judge=judges, traffic=traffics, minute=minutes, capacity=capacities, data=st.data())
def test_a_request_that_no_longer_says_how_it_went_never_makes_a_pass(judge, traffic, minute, capacity, data, engine):
    told = sorted(fate for fate, number in traffic.minutes[minute].items() if number and fate != "check")
    assume(told)
    untold = traffic.more(minute, data.draw(st.sampled_from(told)), -1).more(minute, "untold")
    before, _ = judge.verdict(traffic, engine, capacity)
    after, _ = judge.verdict(untold, engine, capacity)
    assert after != "pass" or before == "pass"
    assert {before, after} != {"pass", "fail"}


lost = st.lists(st.tuples(minutes, st.sampled_from(sorted(FATES)), st.integers(1, 60)), max_size=6).map(tuple)
some = st.frozensets(minutes, max_size=3)


@law()
@given(judge=judges, traffic=traffics, hidden=lost, blind=some, silent=some, capacity=capacities)
def test_what_is_decided_on_a_part_is_decided_on_the_whole(judge, traffic, hidden, blind, silent, capacity, engine):
    part = Traffic(traffic.minutes, hidden, blind, silent)
    early, _ = judge.verdict(part, engine, capacity)
    if early != "inconclusive":
        assert judge.verdict(traffic, engine, capacity)[0] == early


@law()
@given(judge=judges, traffic=traffics, minute=minutes, observed=st.booleans(), capacity=capacities)
def test_a_minute_less_never_makes_a_pass(judge, traffic, minute, observed, capacity, engine):
    gone = frozenset({minute})
    less = Traffic(traffic.minutes, blind=frozenset() if observed else gone, silent=gone)
    before, _ = judge.verdict(traffic, engine, capacity)
    after, _ = judge.verdict(less, engine, capacity)
    assert after != "pass" or before == "pass"


early = st.sampled_from([one for one in JUDGES.values() if PACK.controls[one.control].metadata.early_fail])


@law()
@given(judge=early, traffic=traffics, minute=minutes, blind=some, capacity=capacities)
def test_what_fails_before_the_end_fails_at_the_end(judge, traffic, minute, blind, capacity, engine):
    part = Traffic(traffic.minutes, blind=blind)
    if judge.verdict(part, engine, capacity, as_of=START + timedelta(minutes=minute + 1))[0] == "fail":
        assert judge.verdict(traffic, engine, capacity)[0] == "fail"


@law()
@given(judge=judges, traffic=traffics, minute=minutes, capacity=capacities)
def test_nothing_passes_before_its_end_but_what_passes_then(judge, traffic, minute, capacity, engine):
    """The engine calls these not elapsed; the controls do not rely on it."""
    if judge.verdict(traffic, engine, capacity, as_of=START + timedelta(minutes=minute + 1))[0] == "pass":
        assert judge.verdict(traffic, engine, capacity)[0] == "pass"


def test_each_judge_passes_and_fails(engine):
    calm = Traffic(({"fast": 20, "hit": 40},) * 10)
    bad = Traffic(({"fast": 1, "error": 60, "slow": 20, "elsewhere": 9},) * 10)
    for name, judge in JUDGES.items():
        assert judge.verdict(calm, engine)[0] == "pass", name
        assert judge.verdict(bad, engine)[0] == "fail", name
