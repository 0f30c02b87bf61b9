"""The incidents that can be switched on, and what each does to the lines of the profile ``hybrid-routing-gates``.

A line that an incident does not name keeps its healthy verdict, ``pass``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.errors import UsageError
from auditor.estate import privacy, records

GENERATION = "slo.p95_generation"
CACHED = "slo.p95_cached"
ERRORS = "slo.error_rate"
BURN_RATE = "slo.burn_rate"
THROUGHPUT = "slo.throughput"
MOST_FAILING = "rollback.most_failing"
SUSTAINED = "rollback.p95_sustained"
ERRORS_SUSTAINED = "rollback.errors_sustained"
CACHE_HITS = "slo.cache_hits"
BUDGET = "cost.budget"
TOKENS = "cost.tokens"
OPERATION = "cost.operation"
COST_CONTAINED = "rollback.cost_contained"
RESIDENCY = "residency.inference_regions"
STORES = "residency.store_regions"
ALERTS = "rollback.security_alert"
VIOLATIONS = "rollback.compliance_violation"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident; ``flips`` maps a line to its (verdict, reason)."""

    name: str
    description: str
    flips: dict[str, tuple[str, str]] = field(default_factory=dict)


_ALL = (
    Incident(
        "slow_generation",
        "8 % of all generated answers take 1.6 to 2.4 s",
        {GENERATION: ("fail", "over_limit")},
    ),
    Incident("slow_cached", "9 % of all cached answers take 320 to 600 ms", {CACHED: ("fail", "over_limit")}),
    Incident(
        "sustained_latency",
        "for six minutes 40 % of generated answers take over 3 s; the two-hour P95 does not show it",
        {SUSTAINED: ("fail", "sustained_breach")},
    ),
    Incident("brief_latency", "the same for three minutes only: nothing may change"),
    Incident(
        "collector_blind",
        "requests and their observer are both missing for 30 minutes",
        {
            GENERATION: ("inconclusive", "coverage"),
            CACHED: ("inconclusive", "coverage"),
            ERRORS: ("inconclusive", "coverage"),
            THROUGHPUT: ("inconclusive", "coverage"),
            MOST_FAILING: ("inconclusive", "coverage"),
            SUSTAINED: ("inconclusive", "coverage"),
            ERRORS_SUSTAINED: ("inconclusive", "coverage"),
            CACHE_HITS: ("inconclusive", "coverage"),
            TOKENS: ("inconclusive", "coverage"),
            OPERATION: ("inconclusive", "coverage"),
        },
    ),
    Incident(
        "observer_stopped",
        "the observer of requests falls silent ten minutes before the end",
        {
            GENERATION: ("inconclusive", "window_incomplete"),
            CACHED: ("inconclusive", "window_incomplete"),
            ERRORS: ("inconclusive", "window_incomplete"),
            BURN_RATE: ("inconclusive", "window_incomplete"),
            THROUGHPUT: ("inconclusive", "window_incomplete"),
            MOST_FAILING: ("inconclusive", "window_incomplete"),
            SUSTAINED: ("inconclusive", "window_incomplete"),
            ERRORS_SUSTAINED: ("inconclusive", "window_incomplete"),
            CACHE_HITS: ("inconclusive", "window_incomplete"),
            TOKENS: ("inconclusive", "window_incomplete"),
            OPERATION: ("inconclusive", "window_incomplete"),
        },
    ),
    Incident(
        "lost_rows",
        "the requests of 20 minutes are missing although the observer counted them",
        {
            GENERATION: ("inconclusive", "coverage"),
            CACHED: ("inconclusive", "coverage"),
            ERRORS: ("inconclusive", "coverage"),
            THROUGHPUT: ("inconclusive", "coverage"),
            MOST_FAILING: ("inconclusive", "coverage"),
            SUSTAINED: ("inconclusive", "coverage"),
            ERRORS_SUSTAINED: ("inconclusive", "coverage"),
            CACHE_HITS: ("inconclusive", "coverage"),
            TOKENS: ("inconclusive", "coverage"),
            OPERATION: ("inconclusive", "coverage"),
        },
    ),
    Incident("lost_seconds", "the requests of ten seconds are missing: too few to change a verdict"),
    Incident(
        "unmeasured_latency",
        "a fifth of generated answers have no latency",
        {GENERATION: ("inconclusive", "unmeasured"), SUSTAINED: ("inconclusive", "coverage")},
    ),
    Incident(
        "route_silent",
        "no request takes the direct route",
        {
            GENERATION: ("inconclusive", "no_data"),
            CACHED: ("inconclusive", "no_data"),
            ERRORS: ("inconclusive", "no_data"),
            THROUGHPUT: ("inconclusive", "load_unmatched"),
            CACHE_HITS: ("inconclusive", "no_data"),
        },
    ),
    Incident("raised_errors", "3 % of all requests end in an error", {ERRORS: ("fail", "error_rate_over")}),
    Incident(
        "error_burst",
        "for three minutes a quarter of all requests end in an error; the two-hour rate does not show it",
        {ERRORS_SUSTAINED: ("fail", "sustained_breach")},
    ),
    Incident(
        "fast_burn",
        "for the last hour a quarter of all requests end in an error: the budget of days is used up",
        {
            ERRORS: ("fail", "error_rate_over"),
            BURN_RATE: ("fail", "burn_rate_over"),
            THROUGHPUT: ("fail", "throughput_lower"),
            ERRORS_SUSTAINED: ("fail", "sustained_breach"),
        },
    ),
    Incident(
        "outage",
        "for one minute nine in ten requests fail: two shifted minutes are over 10 %, and one is mostly failures",
        {MOST_FAILING: ("fail", "most_failed"), ERRORS_SUSTAINED: ("fail", "sustained_breach")},
    ),
    Incident(
        "slow_throughput",
        "an eighth of all requests are turned away (a client error, so no error rate shows it)",
        {THROUGHPUT: ("fail", "throughput_lower")},
    ),
    Incident(
        "baseline_missing",
        "the baseline holds only the minutes of another metric",
        {THROUGHPUT: ("inconclusive", "baseline_missing")},
    ),
    Incident("region_leak", "a few calls go to Bedrock in us-east-1", {RESIDENCY: ("fail", "other_region")}),
    Incident(
        "global_profile",
        "a few calls use a global inference profile",
        {RESIDENCY: ("fail", "unbounded_destination")},
    ),
    Incident(
        "unknown_region",
        "calls appear in a region that merely begins with eu",
        {RESIDENCY: ("fail", "unknown_region")},
    ),
    Incident(
        "unnamed_destination",
        "calls through the eu profile do not say where they were processed",
        {RESIDENCY: ("inconclusive", "destination_unknown")},
    ),
    Incident(
        "trail_gap",
        "an hour of CloudTrail files of eu-west-1 is missing",
        {RESIDENCY: ("inconclusive", "count_mismatch")},
    ),
    Incident("store_abroad", "a copy of the tickets lies in us-east-1", {STORES: ("fail", "other_region")}),
    Incident("replica_abroad", "the tickets are replicated to eu-north-1", {STORES: ("fail", "other_region")}),
    Incident(
        "unclassified_store_abroad",
        "a bucket without a class lies in us-east-1",
        {STORES: ("inconclusive", "unclassified")},
    ),
    Incident(
        "tagged_none_abroad",
        "a bucket in us-east-1 is tagged to hold no personal data, and nobody signed for it",
        {STORES: ("fail", "other_region")},
    ),
    Incident(
        "lookalike_region_store",
        "a log group lies in a region that merely begins with eu",
        {STORES: ("fail", "unknown_region")},
    ),
    Incident("inventory_denied", "one listing of us-east-1 was denied", {STORES: ("inconclusive", "call_denied")}),
    Incident(
        "inventory_cut_short",
        "the inventory lacks a resource that its calls returned",
        {STORES: ("inconclusive", "call_partial")},
    ),
    Incident("inventory_old", "the inventory was made five days ago", {STORES: ("inconclusive", "stale")}),
    Incident(
        "inventory_undated",
        "the inventory does not say when it was made",
        {STORES: ("inconclusive", "age_unknown")},
    ),
    Incident("security_alert", "a finding of high severity is raised", {ALERTS: ("fail", "security_alert")}),
    Incident(
        "alert_suppressed",
        "the same, and it is suppressed twenty minutes later",
        {ALERTS: ("fail", "security_alert")},
    ),
    Incident("sample_alert", "a sample finding of critical severity is made: nothing may change"),
    Incident(
        "findings_feed_dead",
        "the feed of security findings dies ten minutes before the end",
        {ALERTS: ("inconclusive", "feed_silent")},
    ),
    Incident(
        "findings_lost",
        "a finding of medium severity that the observer counted is missing",
        {ALERTS: ("inconclusive", "count_mismatch")},
    ),
    Incident(
        "findings_exported_early",
        "the findings were exported before the judged window ended, so severities that were raised since are missing",
        {ALERTS: ("inconclusive", "answered_early")},
    ),
    Incident(
        "compliance_violation",
        "the compliance validator records that an answer held personal data",
        {VIOLATIONS: ("fail", "compliance_violation")},
    ),
    Incident(
        "failed_operations",
        "a few support operations fail, and their events say that they were not compliant: nothing may change",
    ),
    Incident(
        "undeclared_event",
        "the audit log holds an event of a type that nobody declared",
        {VIOLATIONS: ("inconclusive", "unknown_event_type")},
    ),
    Incident(
        "audit_log_unobserved",
        "the observer of the audit log falls silent ten minutes before the end",
        {VIOLATIONS: ("inconclusive", "feed_silent")},
    ),
    Incident(
        "audit_events_lost",
        "five minutes of the audit log that the observer counted are missing",
        {VIOLATIONS: ("inconclusive", "count_mismatch")},
    ),
    Incident(
        "audit_log_silent",
        "the application writes no audit event, and the observer of its log confirms it",
        {VIOLATIONS: ("inconclusive", "no_data")},
    ),
    Incident(
        "low_cache_hits",
        "no request bypasses the cache, so three in ten miss it",
        {CACHE_HITS: ("fail", "cache_hits_under")},
    ),
    Incident("over_allocation", "83 % of the month's budget is spent", {BUDGET: ("fail", "allocation_exceeded")}),
    Incident(
        "over_budget",
        "114 % of the month's budget is spent",
        {BUDGET: ("fail", "allocation_exceeded"), COST_CONTAINED: ("fail", "allocation_exceeded")},
    ),
    Incident(
        "stale_costs",
        "the bill ends two days too early",
        {BUDGET: ("inconclusive", "stale"), COST_CONTAINED: ("inconclusive", "stale")},
    ),
    Incident("dear_operations", "the model costs twice as much", {OPERATION: ("fail", "operation_dear")}),
    Incident("pii_logged", "for a minute the application logs an e-mail address and an IBAN; no gate here reads that"),
    Incident(
        "wordy_answers",
        "questions and answers are twice as long",
        {TOKENS: ("fail", "tokens_outside"), OPERATION: ("fail", "operation_dear")},
    ),
    *(Incident(name, said) for name, said in (records.INCIDENTS | privacy.INCIDENTS).items()),
)

INCIDENTS: dict[str, Incident] = {incident.name: incident for incident in _ALL}


def check_incidents(names: tuple[str, ...]) -> None:
    """Refuse a name that is no incident, with the names there are."""
    for name in names:
        if name not in INCIDENTS:
            raise UsageError(
                f"unknown incident {name!r}; there are: {', '.join(INCIDENTS)}", remedy="see --list-incidents"
            )
