"""What CloudWatch measured, and how far deployments have come."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "slow_share_within": "{observed} of the calls took longer than the latency limit, at most {limit} may",
    "slow_share_over": "{observed} of the calls took longer than the latency limit, at most {limit} may",
    "percentiles_within": "the P95 of every part of the window is within the latency limit",
    "percentiles_over": "the P95 of every part of the window is over the latency limit",
    "percentiles_straddle": "P95s of parts of the window lie on both sides of the limit, so none follows for the whole",
    "rollout_settled": "it is deployed in full, and nothing is on its way",
    "rollout_missing": "it is not there",
    "rollout_failed": "its deployment failed, was rolled back, or is gone",
    "rollout_moving": "a deployment is on its way, or another version serves besides",
    "rollout_unsteady": "{observed} run, {limit} should, or some are only starting",
    "rollout_unclear": "the service does not say whether it is deployed in full",
}
