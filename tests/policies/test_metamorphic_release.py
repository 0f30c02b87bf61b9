"""Laws of the controls of phases, flags and a rollback: what is later, repeated, undone or untold never improves.

Each log is drawn at and around the limits; its times lie on the microsecond, not on the slots.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from policies.shipped_cases import PACK, RANK, law

START = datetime(2025, 1, 14, 9, 45, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(seconds=600))
FLAGS = ["ONE", "TWO", "THREE"]
PHASES = ["phase_1", "phase_2", "phase_3"]
STEPS = ["flags_disabled", "notified"]
SECOND_US = 1_000_000
LATER_US = [1, SECOND_US, 60 * SECOND_US, 400 * SECOND_US]


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def at(microseconds):
    return (START + timedelta(microseconds=microseconds)).isoformat()


def verdict(engine, control, parameters, tables, as_of=None):
    """Return the rank of what is decided: fail if a resource fails, pass if all pass."""
    found = PACK.controls[control]
    values, problems = found.metadata.effective(parameters)
    assert not problems
    as_of = as_of or WINDOW.end + timedelta(seconds=600)
    decided = decide_case(PACK, Case(found, "law", "", values, WINDOW, as_of, tables, []), engine)
    return min(RANK.index(one.verdict.value) for one in decided)


activations = st.tuples(
    *(st.sampled_from([120, 120, 119, 121, 240]).map(lambda seconds: seconds * SECOND_US) for _ in FLAGS),
    st.permutations(FLAGS) | st.just(FLAGS),
).map(lambda one: [(flag, sum(one[: place + 1])) for place, flag in enumerate(one[-1])])


def change(flag, when, *, on=True, percent=100, kind="completed"):
    row = {"source": "flag_changes", "event_time": at(when), "flag": flag, "kind": kind}
    return row | {"enabled": on, "rollout_percent": percent if on else None}


def order(engine, changes):
    parameters = {"flags": FLAGS, "asked": FLAGS, "change_sources": ["flag_changes"], "cells": ["flag_changes//"]}
    return verdict(engine, "flags.activated_in_order", parameters, {"flag_changes": changes})


def monitored(engine, changes):
    parameters = {
        "flags": FLAGS, "monitor_seconds": 120, "change_sources": ["flag_changes"], "request_sources": ["requests"],
        "cells": ["flag_changes//", "requests//"],
    }  # fmt: skip
    request = {"route": "direct", "kind": "generation", "outcome": "ok", "latency_us": 1}
    rows = [request | {"event_time": at(0), "repeat": {"count": 120, "step_us": 10 * SECOND_US}}]
    beat = {"source": "requests", "start_time": at(0), "end_time": at(1200 * SECOND_US), "records": 120}
    tables = {"flag_changes": changes, "requests": rows, "heartbeats": [beat]}
    return verdict(engine, "flags.monitored", parameters, tables)


@law()
@given(told=activations, flag=st.sampled_from(FLAGS), after=st.sampled_from(LATER_US))
def test_a_flag_that_goes_off_or_on_again_never_improves(told, flag, after, engine):
    changes = [change(*one) for one in told]
    when = dict(told)[flag] + after
    before = order(engine, changes)
    assert order(engine, [*changes, change(flag, when, on=False)]) <= before
    assert order(engine, [*changes, change(flag, when)]) <= before
    assert monitored(engine, [*changes, change(flag, when)]) <= monitored(engine, changes)


@law()
@given(told=activations, flag=st.sampled_from(FLAGS), judge=st.sampled_from([order, monitored]))
def test_an_activation_less_or_incomplete_never_makes_a_pass(told, flag, judge, engine):
    changes = [change(*one) for one in told]
    less = [one for one in changes if one["flag"] != flag]
    for fewer in (less, [*less, change(flag, dict(told)[flag], percent=99)]):
        assert judge(engine, fewer) < RANK.index("pass")


phases = st.tuples(
    st.sampled_from([0, 1]), st.sampled_from([299, 300, 301]), st.sampled_from([0, 1, 5]), st.sampled_from([60, 301])
).map(lambda one: [(0, one[1] * SECOND_US), ((one[1] + one[2]) * SECOND_US - one[0], sum(one[1:]) * SECOND_US)])


def phase(engine, told, name, as_of=None):
    parameters = {"phase": name, "order": PHASES, "limit_seconds": 300, "log_source": "deployment_log"}
    rows = [
        {"source": "deployment_log", "phase": one, "started_at": at(start), "ended_at": end and at(end)}
        for one, (start, end) in zip(PHASES, told, strict=False)
    ]
    parameters |= {"cells": ["deployment_log//"]}
    return verdict(engine, "deployment.phase_within_limit", parameters, {"phases": rows}, as_of)


@law()
@given(told=phases, name=st.sampled_from(PHASES), later=st.sampled_from(LATER_US), which=st.integers(0, 1))
def test_a_phase_that_ends_later_or_is_not_said_to_end_never_improves(told, name, later, which, engine):
    start, end = told[which]
    before = phase(engine, told, name)
    for changed in (end + later, None):
        assert phase(engine, [*told[:which], (start, changed), *told[which + 1 :]], name) <= before
    assert phase(engine, told[:which], name) < RANK.index("pass") or which > PHASES.index(name)


@law()
@given(told=phases, name=st.sampled_from(PHASES), slots=st.integers(1, 60))
def test_a_phase_that_failed_early_has_failed(told, name, slots, engine):
    if phase(engine, told, name, START + timedelta(seconds=10 * slots)) == RANK.index("fail"):
        assert phase(engine, told, name) == RANK.index("fail")


taken = st.dictionaries(st.sampled_from(STEPS), st.sampled_from([0, 1, 299, 300, 301]), max_size=2)
TRIGGERED_US = 5 * SECOND_US


def step(name, when, **more):
    row = {"source": "rollback_log", "event_time": at(when), "step": name, "dry_run": False}
    return row | more


def immediate(engine, steps):
    rows = [step("triggered", TRIGGERED_US), *steps]
    parameters = {"cells": ["rollback_log//"], "steps": STEPS, "limit_seconds": 300}
    return verdict(engine, "recovery.immediate", parameters, {"rollback_steps": rows})


@law()
@given(done=taken, later=st.sampled_from(LATER_US), which=st.sampled_from(STEPS))
def test_a_step_that_comes_later_or_not_or_in_a_rehearsal_never_improves(done, later, which, engine):
    def steps(moved, **more):
        return [
            step(
                name, TRIGGERED_US + s * SECOND_US + (moved if name == which else 0), **(more if name == which else {})
            )
            for name, s in done.items()
        ]

    before = immediate(engine, steps(0))
    assert immediate(engine, steps(later)) <= before
    assert immediate(engine, [one for one in steps(0) if one["step"] != which]) <= before
    assert immediate(engine, steps(0, dry_run=True)) <= before
    assert immediate(engine, steps(0, dry_run=None)) < RANK.index("pass") or before == RANK.index("pass")


switches = st.lists(
    st.tuples(st.sampled_from([-900, 0, 299, 599, 600, 601]), st.booleans()), max_size=4, unique_by=lambda one: one[0]
)


def off(engine, told):
    parameters = {"cells": ["flag_changes//"], "flags": ["ONE"]}
    changes = [change("ONE", seconds * SECOND_US, on=on) for seconds, on in told]
    return verdict(engine, "recovery.flags_off", parameters, {"flag_changes": changes})


@law()
@given(told=switches, again=st.sampled_from([100, 599, 700]))
def test_a_flag_that_is_switched_on_never_improves_a_rollback(told, again, engine):
    assert off(engine, [*told, (again, True)]) <= off(engine, told)


@law()
@given(told=switches)
def test_a_rollback_passes_exactly_when_the_flag_was_off_and_stayed_off(told, engine):
    """The state before the end of the window, then every later change that is known at the as-of."""
    before = [on for seconds, on in sorted(told) if seconds < 600]
    later = [on for seconds, on in told if seconds >= 600]
    passed = off(engine, told) == RANK.index("pass")
    assert passed == (bool(before) and not before[-1] and not any(later))
