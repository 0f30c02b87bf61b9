"""Rules of time: windows, the as-of, watermarks, clocks, and what is unknown."""

from __future__ import annotations

from policies.rule import of, rule

DECIDE = "tests/shell/test_decide.py"
FINDINGS = "tests/core/test_findings.py"
LAWS = "tests/policies/test_metamorphic_requests.py"
CASES = "tests/policies/test_metamorphic_cases.py"

TIME = [
    rule(
        "a verdict is a function of the facts, the policies, the profile and the as-of: no clock, no order, no folder",
        f"{DECIDE}::test_everything_is_decided_in_order_and_encoded_once",
        "tests/adapters/sql/test_engine.py::test_no_text_is_a_clock",
        "tests/adapters/sql/test_guard.py::test_hostile_queries_are_refused_and_say_why",
        f"{CASES}::test_the_order_of_rows_changes_nothing",
        f"{CASES}::test_a_shift_of_every_clock_changes_nothing",
        "tests/policies/test_metamorphic_collect.py::test_how_a_log_is_cut_into_files_changes_nothing",
    ),
    rule(
        "what happens at the as-of or later is not known, and a query never looks there",
        *of("slo.p95_latency", "requests after the as-of do not exist yet"),
        *of("rollback.no_security_alert", "reported after the as-of is not known yet"),
        *of("deployment.phase_within_limit", "an end after the as-of is not known at the as-of"),
        *of("decisions.recorded", "signed a microsecond before the as-of", "signed at the as-of: not known yet"),
        f"{CASES}::test_what_happens_at_the_as_of_or_later_changes_nothing",
        f"{CASES}::test_what_happens_again_after_the_as_of_changes_nothing",
    ),
    rule(
        "windows are half-open, of event time",
        "tests/adapters/policies/test_profile.py::test_a_window_is_half_open_and_relative_to_the_as_of",
        *of("slo.p95_latency", "requests outside the half-open window do not count"),
        *of("rollback.no_security_alert", "the first instant of the window counts", "the end of the window does not"),
        *of("rollback.no_compliance_violation", "the last microsecond of the window counts"),
    ),
    rule(
        "a window whose anchor is not known, or that has not begun, is not elapsed",
        "tests/adapters/policies/test_profile_document.py"
        "::test_while_an_anchor_is_not_known_there_is_no_window_or_the_as_of_stands_for_it",
        f"{FINDINGS}::test_what_has_not_begun_measured_nothing",
        f"{DECIDE}::test_before_the_end_of_a_window_only_a_certain_breach_is_decided",
    ),
    rule(
        "before its end a window is not elapsed, and only a breach that later data cannot undo fails at once",
        f"{DECIDE}::test_before_the_end_of_a_window_only_a_certain_breach_is_decided",
        f"{FINDINGS}::test_while_a_window_runs_only_an_early_fail_stands",
        f"{LAWS}::test_what_fails_before_the_end_fails_at_the_end",
        f"{LAWS}::test_nothing_passes_before_its_end_but_what_passes_then",
        "tests/policies/test_metamorphic_release.py::test_a_phase_that_failed_early_has_failed",
        *of("slo.p95_latency", "a breach that nothing unknown can undo fails early"),
        *of("slo.error_rate", "a certain breach fails although the window is not over"),
        *of("rollback.most_requests_succeed", "a minute that is certain fires although the window is not over"),
        *of("slo.each_period_within_limit", "but not before its own hour could end otherwise"),
        *of("deployment.phase_within_limit", "one that still runs past its limit has failed already"),
    ),
    rule(
        "a pass needs a watermark at the window's end, by an observer and not by the metric itself",
        *of("slo.p95_latency", "the observer stopped before the window ended", "never observed at all"),
        *of("rollback.no_security_alert", "the feed died ten seconds early", "no heartbeat at all"),
        *of("rollback.no_security_alert", "alive later than the as-of is not known yet"),
        *of("rollback.errors_brief", "the observer stopped before the window ended"),
        *of("business.reduced_by", "the observer stopped before the end"),
    ),
    rule(
        "late data: what arrives later may only settle what was open, never turn what was decided",
        f"{LAWS}::test_what_is_decided_on_a_part_is_decided_on_the_whole",
        *of("recovery.errors_normal", "late data: observed only until a minute before the end"),
        *of("recovery.trigger_prompt", "late data: what is certain is late all the same"),
    ),
    rule(
        "no traffic is not the same as no sight of it, and neither passes",
        *of("rollback.most_requests_succeed", "no traffic at all", "no observer at all"),
        *of("rollback.errors_brief", "minutes of no traffic are neither good nor bad"),
        *of("slo.p95_latency", "no request on a declared route"),
        *of("slo.each_period_within_limit", "an hour without requests", "an hour that nobody observed"),
        *of("coverage.source_observed", "nothing happened, and the observer says so", "no observer at all"),
        *of("coverage.source_observed", "nothing here, but the observer counted"),
    ),
    rule(
        "traffic that is gone against a baseline is a suspected outage, not a pass, which a failing probe may decide",
        *of("slo.throughput_meets_baseline", "no requests, where there were some before: an outage is suspected"),
        *of("slo.throughput_meets_baseline", "no requests, and none before"),
        *of("slo.throughput_meets_baseline", "no requests, and nobody observed that there were none"),
        lacking="Only the line of throughput has a baseline of traffic to suspect it from; elsewhere such a window is "
        "inconclusive (no data). No probe decides it: that needs a declared link between a probe and a route.",
    ),
    rule(
        "an observer is only believed where its counts and ours agree",
        *of("slo.p95_latency", "an observer counted more requests than we hold"),
        *of("slo.p95_latency", "the observer counted fewer than we hold: it says nothing"),
        *of("slo.p95_latency", "two observers of one slot say nothing"),
        *of("slo.error_rate", "an observer that does not count is as good as none"),
        *of("coverage.source_observed", "records are missing", "more records than were counted"),
        f"{LAWS}::test_a_minute_less_never_makes_a_pass",
    ),
    rule(
        "the skew of a source's clock is declared, and a verdict that hangs on it is inconclusive",
        f"{DECIDE}::test_a_verdict_that_hangs_on_the_clock_is_open",
        f"{FINDINGS}::test_clocks_that_agree_keep_the_finding_and_those_that_do_not_are_inconclusive",
        f"{FINDINGS}::test_a_resource_seen_by_one_clock_only_is_inconclusive",
    ),
    rule(
        "a point from more than two minutes in the future makes its source dirty: it is refused where it is read",
        "tests/collectors/test_requests.py::test_a_clock_of_the_future_is_refused_and_two_minutes_are_not",
        "tests/collectors/test_heartbeats.py::test_a_clock_of_the_future_is_refused_and_two_minutes_are_not",
        "tests/collectors/test_cloudtrail.py::test_a_clock_of_the_future_is_refused_and_two_minutes_are_not",
    ),
    rule(
        "when the facts were collected is stamped by the auditor, and no as-of lies after it",
        f"{DECIDE}::test_an_as_of_is_no_later_than_the_collection",
        f"{DECIDE}::test_an_as_of_off_the_slots_is_refused",
    ),
    rule(
        "a trigger that fired in an earlier run stays fired, and a false positive stays visible",
        *of("rollback.not_fired_before", "a fired trigger is not forgotten in the next runs"),
        *of("rollback.not_fired_before", "Security found it to be false: it stays fired"),
        *of("rollback.not_fired_before", "an adjudication of an earlier firing"),
        *of("rollback.not_fired_before", "without a ledger nobody knows of earlier runs"),
        "tests/shell/test_prior_runs.py::test_a_trigger_once_fired_stays_fired_in_every_later_run",
        "policies/gates/status/status_test.rego::test_what_is_not_settled_makes_it_partial",
    ),
    rule(
        "the as-of is nobody's to choose after the fact",
        "tests/attacks/time.py::long_before",
        "tests/attacks/time.py::shortly_before",
        *of("decisions.made_in_time", "about a run of before the phase had ended"),
        "tests/adapters/policies/test_profile_document.py::test_the_as_of_is_nobodys_to_move",
    ),
    rule(
        "unknown minutes are bounded by an independent count or a declared capacity, and taken as wholly bad",
        *of("slo.p95_latency", "a lost minute is bounded by the observer's count"),
        *of("slo.p95_latency", "no observer, no capacity: unbounded", "a gap bounded by a small capacity passes"),
        *of("slo.p95_latency", "the same gap at a large capacity does not"),
        *of("slo.error_rate", "ten requests that the observer counted are missing"),
        *of("slo.error_rate", "eleven requests that the observer counted are missing"),
        *of(
            "slo.error_rate", "a blind slot without a capacity has no bound", "a blind slot is bounded by the capacity"
        ),
        *of("slo.cache_hit_rate", "requests that the observer counted and we lack are misses"),
        *of("slo.throughput_meets_baseline", "one unknown minute is allowed, and bounded"),
        f"{LAWS}::test_a_minute_less_never_makes_a_pass",
        "tests/shell/test_cuts.py::test_taking_away_never_helps",
    ),
    rule(
        "a source that was not asked, or answered in part, gives no pass",
        *of("coverage.source_observed", "never collected", "a call was denied", "a partial answer"),
        *of("rollback.no_security_alert", "never collected", "one region was denied"),
    ),
]
