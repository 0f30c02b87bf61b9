"""Whether a way of rolling out leaves the time that a plan of flags needs.

AWS AppConfig runs one deployment at a time in an environment, and one is done only when its bake time is over
(https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-deploying.html). A flag is active when its rollout
has reached everybody, which is when the bake time begins.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a change is rolled out: seconds until everybody has it, and seconds of bake time after that."""

    rollout_s: int
    bake_s: int


def soonest_s(strategy: Strategy, flags: int, monitor_s: int) -> int:
    """Return the seconds from the first call to the last activation of ``flags`` (one or more), at the soonest.

    Between two activations lie at least ``monitor_s`` seconds, and the bake time and the rollout of the next.
    """
    return strategy.rollout_s + (flags - 1) * max(monitor_s, strategy.bake_s + strategy.rollout_s)
