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
    # How a release was deployed, its components and its flags.
    "phase_in_time": "the phase took {observed}, within {limit}",
    "phase_overrun": "the phase took {observed} so far, over its limit of {limit}",
    "phase_out_of_order": "a phase that comes before it had not ended when it began",
    "phase_untold": "the log does not tell the phase, or one that comes before it",
    "phase_repeated": "the log tells the phase more than once, so which one counts is not known",
    "phase_running": "the phase has not ended",
    "component_ready": "version {observed} was deployed, and the component reported that it works",
    "component_absent": "the log does not say that the component was deployed",
    "component_undeclared": "a component was deployed that nobody declared, in version {observed}",
    "component_failed": "the component failed, and nothing says that it works after that",
    "component_silent": "version {observed} was deployed, but the component reported nothing after that",
    "version_other": "version {observed} was deployed, the target is {limit}",
    "version_unknown": "the log does not state which version was deployed",
    "deployment_clean": "no error and no warning, and no record of the phase is missing",
    "deployment_errors": "the log of the phase holds {observed}",
    "undeclared_events": "the log holds records of a kind that nobody declared: any of them may be an error",
    "log_unnumbered": "the log does not number its records, so a missing one would not be seen",
    "log_incomplete": "records of the phase are missing, by the log's own numbers",
    "config_accepted": "the last validation found the configuration valid: {observed}",
    "config_refused": "the last validation found the configuration invalid",
    "config_unchecked": "the log does not say that the configuration was validated",
    "config_outdated": "a component was deployed after the last validation of the configuration",
    "window_observed": "the window has passed, and {observed} of {limit} were observed in it",
    "component_healthy": "the component is {observed}",
    "component_unwell": "the component is {observed}, expected {limit}",
    "component_unchecked": "nobody checked the component",
    "status_unknown": "a status that the mapping does not name, so whether it is well is not known",
    "stable": "no unhealthy check and no restart",
    "unstable": "a check found the component unhealthy: {observed}",
    "restarted": "the component was restarted: {observed}",
    "checks_sparse": "the checks lie too far apart to tell whether it was well between them",
    "flag_activated": "activated at place {observed} of the order",
    "flag_inactive": "no completed activation of the flag is known in the window",
    "flag_undecided": "the flag is not on or off for everybody, or its documents disagree",
    "flag_repeated": "the flag was activated more than once",
    "flag_off_again": "the flag was switched off after its activation",
    "flag_on_early": "the flag was on before the window began",
    "flag_out_of_order": "activated at place {observed}, the plan has it at {limit}",
    "flag_order_unknown": "a flag that comes before it was not activated, so its place is not known",
    "flag_reads_on": "its document says that everybody has it",
    "flag_reads_off": "its document says that it is off",
    "flag_unread": "no document states the flag",
    "flag_changed_later": "the flag was changed after the window, so how it was is not told",
    "flag_rolled_back": "its rollout was rolled back",
    "flag_monitored": "{observed} to the next activation, at least {limit}, and all of the time was measured",
    "flag_too_soon": "the next flag was activated after {observed}, sooner than {limit}",
    "flag_harmless": "neither slower nor less reliable than before the first flag: {observed}",
    "flag_slower": "slower than before the first flag: {observed}, P95 with its tolerance is {limit}",
    "flag_failing": "more errors than before the first flag: {observed}",
    "flag_in_effect": "the flag is on, and the cache answered {observed} requests",
    "no_cache_hits": "the cache answered {observed} requests, at least {limit} show that it works",
    "not_elapsed": "its time has not come, or not passed",
    "condition_not_met": "nothing happened that would make it apply",
    "condition_unknown": "whether it applies is not known",
    "status_reached": "this is the status of the release",
    "other_status": "the release has another status",
    "decided_at_verification": "decided when the closing bundle is verified",
    # What people signed, and what earlier runs decided.
    "approved": "signed by {limit}",
    "rejected": "rejected by {limit}",
    "statements_contradict": "{limit} signed both that it holds and that it does not apply",
    "declared_not_applicable": "{limit} signed, with the reason, that it does not apply",
    "not_applicable_refused": "{limit} signed that it does not apply, which this line does not allow",
    "approval_withdrawn": "what {limit} signed was withdrawn",
    "approval_expired": "what {limit} signed was no longer valid",
    "signed_early": "{limit} signed before the time of which it speaks",
    "signed_late": "{limit} signed after the time in which it counts",
    "shown_run_unknown": "what {limit} signed is about a run that is not known here",
    "shown_run_early": "what {limit} signed is about a run that cannot know enough",
    "other_role": "signed in another role than {limit}",
    "unsigned": "not signed by {limit}",
    "go_recorded": "GO, over criteria that had passed",
    "no_go_recorded": "NO-GO",
    "go_over_failing_criteria": "GO, although the criteria had failed",
    "go_over_unknown_criteria": "GO, although the criteria had not passed: {observed}",
    "criteria_unknown": "GO, about a run whose verdict on the criteria is not known here",
    "decision_missing": "no decision is recorded",
    "decision_repeated": "{observed} decisions are recorded, expected one",
    "decided_by_role": "decided by {limit}",
    "decided_by_other_role": "decided by {observed}, not by {limit}",
    "decided_between": "decided after the phase, and before the next one began",
    "decided_early": "decided before the phase had ended",
    "decided_late": "decided when the next phase had begun",
    "decision_lapsed": "the decision was no longer valid when the next phase began",
    "decided_on_unknown_run": "decided about a run that is not known here",
    "decided_on_early_run": "decided about a run of before the phase had ended",
    "next_phase_pending": "the next phase has not begun",
    "decided_go": "GO",
    "decided_no_go": "NO-GO",
    "other_role_decided": "decided in another role than the one that decides",
    "fired_before": "FIRED in an earlier run, which stays",
    "fired_before_adjudicated": "FIRED in an earlier run, which stays; Security found it to be a false positive",
    "not_fired_before": "did not fire in that run",
    "first_run": "the ledger knows no earlier run of the release",
    "earlier_runs_known": "what all earlier runs of the release decided is here",
    "earlier_runs_unknown": "no ledger says which runs there were before",
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
