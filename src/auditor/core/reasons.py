"""The closed list of reason codes, and the sentence a person reads for each.

Rules kept here: a policy gives a code, an observed value and a limit; the words are made here and nowhere else. A code
that is not listed is an error of the policy's author. Sentences may use ``{observed}``, ``{limit}`` and ``{resource}``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

SENTENCES: dict[str, str] = {
    "within_limit": "P95 {observed} is within {limit}",
    "over_limit": "P95 {observed} is over the limit {limit}",
    "error_rate_within": "error rate {observed} is within {limit}",
    "error_rate_over": "error rate {observed} is over the limit {limit}",
    "burn_rate_within": "the error budget burns at {observed} (short, long window), an alert needs {limit} in both",
    "burn_rate_over": "the error budget burns at {observed} (short, long window), both at or over {limit}",
    "throughput_held": "completed {observed} of what was offered at matched load, before {limit}",
    "throughput_lower": "completed only {observed} of what was offered at matched load, before {limit}",
    "load_unmatched": "too few minutes had a load that the baseline has too",
    "baseline_missing": "there is no baseline to compare with",
    "cache_hits_within": "cache hit rate {observed} reaches {limit}",
    "cache_hits_under": "cache hit rate {observed} is under the limit {limit}",
    "operation_affordable": "an operation costs {observed}, within {limit}",
    "operation_dear": "an operation costs {observed}, over the target {limit}",
    "tokens_within": "an operation uses {observed}, within {limit}",
    "tokens_outside": "an operation uses {observed}, outside {limit}",
    "other_currency": "amounts are in another currency, and none is ever converted",
    "within_allocation": "{observed} of the budget is spent, within {limit}",
    "allocation_exceeded": "{observed} of the budget is spent, over the limit {limit}",
    "estimated": "amounts are estimates that may still change",
    "most_succeeded": "at most {observed} requests failed in a minute",
    "most_failed": "FIRED: {observed} of {limit} requests of a minute failed",
    "most_may_have_failed": "{observed} of {limit} requests of a minute failed: too few to be certain that most do",
    "breaches_brief": "longest run of bad minutes is {observed}, the trigger needs {limit}",
    "sustained_breach": "FIRED: {observed} in a row over the limit, the trigger needs {limit}",
    "declared_region": "processed in declared regions: {observed}",
    "other_region": "outside the declared regions: {observed}",
    "unknown_region": "not a known AWS region: {observed}",
    "unbounded_destination": "no bound on where it was processed: {observed}",
    "destination_unknown": "where it was processed is not stated: {observed}",
    "security_alert": "FIRED: {observed} findings of severity {limit} or higher were first seen in the window",
    "no_alert": "no finding of severity {limit} or higher, and the feed was alive until the end of the window",
    "compliance_violation": "FIRED: {observed} events of a type that is a violation",
    "unknown_event_type": "{observed} events of a type that nobody declared: any of them may be a violation",
    "ordinary_events": "no violation: {observed} events of other types",
    "no_violation": "none of {observed} events is of a type that is a violation, and the log was observed to its end",
    "feed_silent": "the feed was not seen alive until the end of the window",
    "answered_early": "the source was asked before the window ended: what changed later is not known",
    "age_unknown": "the source does not say when it was asked, so how old the answer is cannot be told",
    "unbounded_region": "no region is stated, so nothing bounds where it lies",
    "unclassified": "outside the declared regions and not classified: {observed}",
    "no_personal_data": "a signed classification says that it holds no personal data",
    "listed": "the inventory answered in full, and all that it listed is here",
    "stale": "what the source said lies too far from the as-of",
    "collected": "the source answered in full",
    "quiet": "an independent observer was alive throughout and counted nothing",
    "observed": "an independent observer was alive throughout and its counts agree",
    "no_data": "nothing was measured",
    "low_sample": "too few samples to decide (so far {observed}, limit {limit})",
    "window_incomplete": "the window is not fully observed yet",
    "coverage": "what was not observed could change the verdict",
    "coverage_absent": "this source was never collected",
    "collector_blind": "the observer was not alive in the whole window: {observed} of {limit}",
    "count_mismatch": "an independent observer counted other numbers than we hold",
    "uncounted": "the observer does not count, so missing records would not be seen",
    "unmeasured": "requests without a usable measurement could change the verdict",
    "ci_straddles": "the sample does not settle on which side of the limit the truth lies",
    "clock_skew": "the verdict depends on the source's clock",
    "config": "the parameters cannot be decided on",
    "member_failed": "a member failed",
    "member_inconclusive": "a member is inconclusive",
    "members_passed": "all members passed",
    "members_not_applicable": "no member applies",
    "empty": "there is nothing to decide on",
    # rollback and recovery
    "rollback_executed": "{observed} steps of a rollback were executed",
    "rollback_rehearsed": "{observed} steps of a rehearsal, which is no rollback",
    "rollback_not_executed": "no step of a rollback was executed, and the log was observed to its end",
    "unknown_step": "{observed} steps of a rollback log that nobody declared: any of them may be an execution",
    "rehearsal_unknown": "the log does not say whether a step was rehearsed",
    "script_not_run": "the rollback script was not run after the trigger; a rehearsal does not count",
    "script_unfinished": "the rollback script was started, but did not end in the window",
    "script_failed": "the rollback script ended with exit code {observed}",
    "script_succeeded": "the rollback script ran after the trigger and ended with exit code {observed}",
    "exit_unknown": "the log does not say how the rollback script ended",
    "step_in_time": "done {observed} after the trigger, less than {limit}",
    "step_late": "done {observed} after the trigger, not less than {limit}",
    "step_missing": "the log was observed, but does not hold this step after the trigger",
    "unreferenced": "the step names no notice",
    "flag_off": "the flag was off in time, and stayed off",
    "flag_on": "the flag was still on",
    "flag_on_again": "the flag was switched on again",
    "flag_unknown": "nothing says whether the flag was on or off",
    "route_taken": "{observed} requests took a route that should be empty",
    "route_empty": "no request took this route",
    "route_serves": "{observed} requests took this route, and it served",
    "health_restored": "healthy for {observed} in a row up to the end, {limit} are a recovery",
    "health_not_restored": "healthy for only {observed} in a row up to the end, {limit} are a recovery",
    "errors_recovered": "error rate {observed} is back within {limit}, in enough minutes in a row",
    "not_recovered": "too few minutes in a row up to the end were within {limit}",
    "latency_recovered": "P95 is back within its limit, for {observed} in a row up to the end, {limit} are a recovery",
    "latency_not_recovered": "P95 is not back within its limit: good for {observed} in a row, {limit} are a recovery",
    "trigger_prompt": "triggered {observed} after it was certain, {limit} are allowed",
    "trigger_late": "triggered {observed} after it was certain, {limit} are allowed",
    "trigger_first": "the log holds no step before the trigger that it states",
    "steps_before_trigger": "the log holds steps of the rollback {observed} before the trigger that it states",
    "trigger_unforced": "nothing measured made this trigger certain before the rollback",
    "not_elapsed": "its time has not come, or not passed",
    "condition_not_met": "nothing happened that would make it apply",
    "condition_unknown": "whether it applies is not known",
    "status_reached": "this is the status of the release",
    "other_status": "the release has another status",
    "decided_at_verification": "decided when the closing bundle is verified",
}

# Units of whole parts: how many make one that a person reads, and what to write after it.
SCALES = {"ppm": (10_000, " %"), "tenths": (10, "x")}


def sentence(reason: str, observed: Any, limit: Any, unit: str = "") -> str:
    """Return the sentence for ``reason``; values are shown with ``unit``. Raises ``KeyError`` for an unknown code."""
    return SENTENCES[reason].format(observed=quantity(observed, unit), limit=quantity(limit, unit))


def quantity(value: Any, unit: str = "") -> str:
    """Return ``value`` for a person: microseconds as s or ms, an object as ``name value`` pairs, null as unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, dict):
        return ", ".join(f"{name} {quantity(one) if one != '' else '(empty)'}" for name, one in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(quantity(one, unit) for one in value)
    if unit == "us" and isinstance(value, int):
        return f"{value / 1_000_000:.3f} s" if value >= 1_000_000 else f"{value / 1000:g} ms"  # noqa: PLR2004 - one second
    if unit in SCALES and isinstance(value, int):
        parts, suffix = SCALES[unit]
        return f"{Decimal(value) / parts:f}{suffix}"
    return f"{value} {unit}".rstrip()
