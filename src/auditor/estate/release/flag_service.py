"""The feature flags of the example release in AWS AppConfig: the document, its versions, and their deployments.

Rules kept here: one deployment at a time, each of them all at once after 30 s, then a minute of bake time: so the next
flag's rollout can be complete two minutes after the one before it. Keys are AppConfig's, which begin in lower case.
Form: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetDeployment.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.estate.release.rollback import flags_off
from auditor.estate.release.timeline import BASELINE, FIRST_FLAG, FLAG_EVERY, FLAGS
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

KEYS = {
    "ENABLE_HYBRID_HEALTH_MONITORING": "enableHybridHealthMonitoring",
    "ENABLE_BEDROCK_SUPPORT_MODE": "enableBedrockSupportMode",
    "ENABLE_INTELLIGENT_ROUTING": "enableIntelligentRouting",
    "ENABLE_DIRECT_BEDROCK_FALLBACK": "enableDirectBedrockFallback",
    "ENABLE_PERFORMANCE_OPTIMIZATION": "enablePerformanceOptimization",
}
ROLLOUT, BAKE = timedelta(seconds=30), timedelta(seconds=60)
AT_ONCE = timedelta(seconds=5)
OFF_AGAIN = FIRST_FLAG + timedelta(minutes=14, seconds=30)
CREATED = BASELINE.start
# The answer of GetDeploymentStrategy counts in minutes, rounded up here.
STRATEGY = {
    "Id": "jkl3456",
    "Name": "all-at-once-then-bake",
    "DeploymentDurationInMinutes": 1,
    "GrowthType": "LINEAR",
    "GrowthFactor": 100.0,
    "FinalBakeTimeInMinutes": 1,
    "ReplicateTo": "NONE",
}

INCIDENTS = {
    "flag_out_of_order": "The third flag is activated after the fourth.",
    "flag_too_soon": "The fourth flag is activated 119 seconds after the third.",
    "flag_off_again": "The second flag is switched off again while production is validated.",
    "flag_rollout_stuck": "The rollout of the last flag never reaches everybody.",
}

CONFIG = """
# Feature flags by the plan's names: their document in AWS AppConfig, and the deployments of its versions.
[sources.flags]
kind = "flags"
files = ["appconfig/flags.json"]
format = "appconfig"

[sources.flags.aliases]
enableHybridHealthMonitoring = "ENABLE_HYBRID_HEALTH_MONITORING"
enableBedrockSupportMode = "ENABLE_BEDROCK_SUPPORT_MODE"
enableIntelligentRouting = "ENABLE_INTELLIGENT_ROUTING"
enableDirectBedrockFallback = "ENABLE_DIRECT_BEDROCK_FALLBACK"
enablePerformanceOptimization = "ENABLE_PERFORMANCE_OPTIMIZATION"

[sources.flag_changes]
kind = "flags"
files = ["appconfig/deployments/*.json"]
format = "appconfig_deployments"
versions = "appconfig/versions/{version}.json"
strategy = "appconfig/strategy.json"

[sources.flag_changes.aliases]
enableHybridHealthMonitoring = "ENABLE_HYBRID_HEALTH_MONITORING"
enableBedrockSupportMode = "ENABLE_BEDROCK_SUPPORT_MODE"
enableIntelligentRouting = "ENABLE_INTELLIGENT_ROUTING"
enableDirectBedrockFallback = "ENABLE_DIRECT_BEDROCK_FALLBACK"
enablePerformanceOptimization = "ENABLE_PERFORMANCE_OPTIMIZATION"
"""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One deployment: what it sets of which flags; ``reached`` is when everybody had it, None where that never was."""

    sets: Mapping[str, bool]
    started: datetime
    reached: datetime | None
    baked: datetime | None


def rollouts(incidents: Collection[str]) -> list[Rollout]:
    """Return the deployments in their order; a rollback switches flags off in some of its own."""
    found = [Rollout(dict.fromkeys(FLAGS, False), CREATED, CREATED + ROLLOUT, CREATED + ROLLOUT + BAKE)]
    order = list(FLAGS)
    if "flag_out_of_order" in incidents:
        order[2], order[3] = order[3], order[2]
    for number, flag in enumerate(order):
        reached = FIRST_FLAG + number * FLAG_EVERY
        if "flag_too_soon" in incidents and number == 3:  # noqa: PLR2004 - the fourth
            reached -= timedelta(seconds=1)
        stuck = "flag_rollout_stuck" in incidents and flag == FLAGS[-1]
        found.append(
            Rollout({flag: True}, reached - ROLLOUT, None if stuck else reached, None if stuck else reached + BAKE)
        )
    if "flag_off_again" in incidents:
        found.append(_emergency(FLAGS[1], OFF_AGAIN))
    found += [_emergency(flag, at) for flag, at in flags_off(incidents).items()]
    return sorted(found, key=lambda one: one.started)


def files(known: datetime, incidents: Collection[str], _seed: int) -> dict[str, bytes]:
    """Return the document, its versions and their deployments as they stand at ``known``."""
    written = {"appconfig/strategy.json": _json(STRATEGY)}
    values: dict[str, Any] = {}
    for number, one in enumerate(rollouts(incidents), start=1):
        if one.started < known:
            changed = {"_createdAt": isoformat(CREATED), "_updatedAt": isoformat(one.started)}
            values = values | {KEYS[flag]: {"enabled": on, **changed} for flag, on in one.sets.items()}
            document = _json({"version": "1", "flags": {key: {"name": key} for key in KEYS.values()}, "values": values})
            written[f"appconfig/versions/{number}.json"] = document
            written["appconfig/flags.json"] = document
            written[f"appconfig/deployments/{number}.json"] = _json(_deployment(number, one, known))
    return written


def _emergency(flag: str, at: datetime) -> Rollout:
    return Rollout({flag: False}, at - AT_ONCE, at, at)


def _deployment(number: int, one: Rollout, known: datetime) -> dict[str, Any]:
    """Return what GetDeployment answers, with what had happened by ``known``."""
    events = [
        ("DEPLOYMENT_STARTED", one.started),
        ("BAKE_TIME_STARTED", one.reached),
        ("DEPLOYMENT_COMPLETED", one.baked),
    ]
    happened = [(name, at) for name, at in events if at is not None and at < known]
    states = {1: "DEPLOYING", 2: "BAKING", 3: "COMPLETE"}
    answer = {
        "ApplicationId": "abc1234",
        "EnvironmentId": "def5678",
        "ConfigurationProfileId": "ghi9012",
        "DeploymentNumber": number,
        "ConfigurationVersion": str(number),
        "State": states[len(happened)],
        "StartedAt": isoformat(one.started),
        "EventLog": [{"EventType": name, "OccurredAt": isoformat(at)} for name, at in reversed(happened)],
    }
    if len(happened) == len(events):
        answer["CompletedAt"] = isoformat(happened[-1][1])
    return answer


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
