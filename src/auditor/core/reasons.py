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
    "not_elapsed": "its time has not come, or not passed",
    "condition_not_met": "nothing happened that would make it apply",
    "condition_unknown": "whether it applies is not known",
    "status_reached": "this is the status of the release",
    "other_status": "the release has another status",
    "decided_at_verification": "decided when the closing bundle is verified",
    # The audit trail, routing and privacy.
    "chained": "the log holds {observed} events, linked in chains",
    "chain_whole": "{observed} events hang together, and the content of each gives its hash",
    "outside_chains": "{observed} events of types that are declared to be outside every chain",
    "never_linked": "{observed} events, and none of them is linked to another: nothing protects them",
    "chains_restarted": "more chains began than {limit}: what was before may have been cut off",
    "hash_mismatch": "among {observed} events are some whose content does not give their hash: they were altered",
    "chain_broken": "among {observed} events are some whose predecessor is not there: the chain was broken",
    "chain_forked": "among {observed} events are some whose predecessor has another successor",
    "hash_removed": "among {observed} events without a hash are some of a type that has one",
    "hash_unverified": "the hashes of {observed} events were not all verified",
    "head_unknown": "the log begins within a chain: whether anything was before is not known",
    "chain_held": "what an earlier run saw of the chain is still there",
    "chain_altered": "what an earlier run saw of the chain was altered since",
    "chain_unsealed": "of some chains nothing says whether an earlier run saw them otherwise",
    "chain_lost": "a chain that an earlier run saw is gone",
    "operation_recorded": "{observed} operations are recorded from start to completion",
    "operation_unrecorded": "{observed} requests have no record in the audit log",
    "operation_incomplete": "{observed} operations are recorded in part, or more than once",
    "operation_open": "{observed} operations may still go on",
    "operation_unnamed": "{observed} events of operations name no operation",
    "request_unknown": "{observed} operations are recorded of which no request is known",
    "requests_observed": "every request of the window is known",
    "operation_routed": "routed {observed} times",
    "operation_unrouted": "no decision was seen for this operation",
    "operation_undeclared": "{observed} decisions for an operation that the matrix does not have",
    "route_unknown": "{observed} of a route that nobody declared",
    "decision_matches": "{observed} decisions chose {limit}, as declared",
    "decision_wrong": "{observed} decisions did not choose {limit}, and had no reason to",
    "fallback_confirmed": "{observed} decisions left {limit}, which a health check found unhealthy",
    "fallback_induced": "{observed} decisions left {limit} in a test",
    "excuse_unproven": "{observed} decisions left {limit} as unhealthy, and no health check says so",
    "operation_functional": "P95 {observed} is below the budget {limit}, failures counted as late",
    "operation_late": "more than one in twenty failed or was not below the budget {limit} (P95 of the rest {observed})",
    "fallback_succeeded": "{observed} of the fallbacks succeeded, target {limit}, an induced one too",
    "fallback_failed": "only {observed} of the fallbacks succeeded, target {limit}",
    "fallback_not_induced": "no fallback was tried on purpose and succeeded",
    "decisions_optimal": "{observed} of the decisions were not optimal, below {limit}",
    "decisions_suboptimal": "{observed} of the decisions were not optimal, not below {limit}",
    "unlabelled": "too few decisions can be called optimal or not",
    "path_validated": "{observed} validations came to a decision",
    "path_unknown": "validations of a path that nobody declared",
    "validation_failed": "among {observed} validations are some that failed themselves",
    "validation_unknown": "what some of the validations found is not stated",
    "validation_violated": "validations found violations: {observed}; scope: {limit}",
    "score_low": "validations scored too low: {observed}; scope: {limit}",
    "validator_blind": "the validator passed what was made to violate: {observed}",
    "validator_unproven": "nothing shows that the validator can say no: {observed}",
    "placeholder": "validations without checks, score or count are no results: {observed}",
    "validated": "every validation complies: {observed}; scope: {limit}",
    "pii_redacted": "all of it was redacted: {observed}",
    "pii_unredacted": "some of it was put out unredacted: {observed}",
    "pii_missed": "too much of it was missed: {observed}",
    "scanner_blind": "the scanner misses too much of what it is shown: {observed}",
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
