"""The soonest that a plan of flags can be done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.flag_plan import Strategy, soonest_s

SECONDS = st.integers(0, 3600)


@pytest.mark.parametrize(
    ("rollout_s", "bake_s", "flags", "soonest"),
    [
        (0, 0, 5, 480),  # four times two minutes
        (60, 60, 5, 540),  # a rollout, and four times two minutes
        (120, 0, 5, 600),  # just fits ten minutes
        (0, 150, 5, 600),
        (60, 120, 5, 780),  # each waits for the bake time before it
        (60, 600, 1, 60),  # nothing waits for the bake time of the last
    ],
)
def test_it_is_the_first_rollout_and_what_lies_between(rollout_s, bake_s, flags, soonest):
    assert soonest_s(Strategy(rollout_s, bake_s), flags, 120) == soonest


@given(rollout_s=SECONDS, bake_s=SECONDS, flags=st.integers(1, 9), monitor_s=SECONDS)
def test_it_is_that_of_deployments_run_one_after_the_other(rollout_s, bake_s, flags, monitor_s):
    free = active = 0
    for number in range(flags):
        start = free if number == 0 else max(free, active + monitor_s - rollout_s)
        active = start + rollout_s
        free = active + bake_s
    assert soonest_s(Strategy(rollout_s, bake_s), flags, monitor_s) == active
