"""The doctor's look at how flags are rolled out: a strategy that cannot fit into its phase is found before the day.

Rules kept here: the plan (which flags, how long each is monitored, how long the phase may be) is the profile's; the
strategy is what AWS AppConfig answered to GetDeploymentStrategy, in the file that a source of flags names.
Form: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetDeploymentStrategy.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.core.flag_plan import Strategy, soonest_s
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.adapters.policies.profile import Profile
    from auditor.config import Config

MONITORED, PHASE = "flags.monitored", "deployment.phase_within_limit"
DURATION, BAKE = "DeploymentDurationInMinutes", "FinalBakeTimeInMinutes"
MOST_MINUTES = 1440
REMEDY = "use a strategy with a shorter duration or bake time, or have the profile's phase changed"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a profile asks of the flags: how many, monitored how long, and how long their phase may be."""

    flags: int
    monitor_s: int
    limit_s: int


def plan_of(profile: Profile) -> Plan | None:
    """Return the plan of flags of ``profile``; None where no line monitors flags, or none limits their phase."""
    bound = [one for controls in profile.bound.values() for one in controls]
    monitored = [one.parameters for one in bound if one.control.id == MONITORED]
    limited = [one.parameters for one in bound if one.control.id == PHASE and one.parameters["flags"] is not None]
    for flags in monitored:
        limits = [one["limit_seconds"] for one in limited if one["flags"] == flags["flags"]]
        if limits:
            return Plan(len(flags["flags"]), flags["monitor_seconds"], min(limits))
    return None


def rollout_problem(config: Config, plan: Plan) -> tuple[str, list[str]]:
    """Return what was found, and what is wrong with it. Raises ``UsageError`` for what is no strategy."""
    found, problems = [], []
    for source, path in _strategies(config):
        strategy = _read(source, path)
        soonest = soonest_s(strategy, plan.flags, plan.monitor_s)
        words = f"source {source}: the last of {plan.flags} flags is active after {soonest} s at the soonest"
        found.append(f"{words}, of {plan.limit_s} s")
        if soonest > plan.limit_s:
            problems.append(f"{words}, but its phase may take {plan.limit_s} s")
    return "; ".join(found) or "no source of flags names a deployment strategy", problems


def _strategies(config: Config) -> Iterator[tuple[str, Path]]:
    for source in config.sources:
        name = source.options.get("strategy")
        if source.kind == "flags" and isinstance(name, str):
            yield source.name, config.root / name


def _read(source: str, path: Path) -> Strategy:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"source {source}: {path} is no deployment strategy ({error})",
            remedy="save what `aws appconfig get-deployment-strategy` answers there, or correct `strategy`",
        ) from error
    return Strategy(_seconds(source, path, document, DURATION), _seconds(source, path, document, BAKE))


def _seconds(source: str, path: Path, document: Any, name: str) -> int:
    minutes = document.get(name) if isinstance(document, dict) else None
    if type(minutes) is not int or not 0 <= minutes <= MOST_MINUTES:
        raise UsageError(
            f"source {source}: {path}: {name} is {minutes!r}, expected a whole number of minutes up to {MOST_MINUTES}",
            remedy="save what `aws appconfig get-deployment-strategy` answers there",
        )
    return minutes * 60
