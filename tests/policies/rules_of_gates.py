"""Rules of each gate and trigger."""

from __future__ import annotations

from policies.rule import of, rule

ROLL_UP = "tests/shell/test_roll_up.py"
RELEASE = "tests/policies/test_metamorphic_release.py"
LAWS = "tests/policies/test_metamorphic_requests.py"

GATES = [
    rule(
        "P95 of generated and of cached answers: counted over the whole window, of at least 200, on every route",
        *of("slo.p95_latency", "P95 exactly at the limit passes: 10 of 200 slower"),
        *of(
            "slo.p95_latency",
            "a route that nobody declared is still judged",
            "requests without a route may be on this one",
        ),
        f"{LAWS}::test_a_good_request_that_turns_bad_never_improves",
    ),
    rule(
        "the error rate: pooled, of declared classes of errors; a client's own error is none",
        *of("slo.error_rate", "a client's own error is a request and no error", "a timeout is an error"),
        *of("slo.error_rate", "a route that nobody declared is judged too"),
        f"{LAWS}::test_bad_requests_more_never_improve",
    ),
    rule(
        "cache hits: of lookups; what bypasses the cache is none, and no lookups decide nothing",
        *of("slo.cache_hit_rate", "a request that bypasses the cache is no lookup", "no lookups at all"),
        *of("slo.cache_hit_rate", "a log that says nothing of its cache", "one unknown too many for a pass"),
    ),
    rule(
        "throughput: compared at matched load with a declared margin, by a block bootstrap",
        *of("slo.throughput_meets_baseline", "exactly at the margin: 95 of 100", "one below the margin: 94 of 100"),
        *of("slo.throughput_meets_baseline", "twice the load of the baseline"),
        *of("slo.throughput_meets_baseline", "minutes that differ too much settle nothing"),
        "tests/core/test_bootstrap.py::test_blocks_widen_the_interval_of_minutes_that_are_alike",
        lacking="Minutes are matched by their offered load, not by the hour of the week.",
    ),
    rule(
        "a baseline must be there, whole, of this metric, source and unit, and of before the window",
        *of(
            "slo.throughput_meets_baseline",
            "no baseline",
            "a baseline of another metric",
            "a baseline of the day after",
        ),
        *of("slo.share_meets_baseline", "no baseline of this route", "a baseline from within the window is none"),
        *of("slo.share_meets_baseline", "part of the baseline is not here", "a baseline too small"),
        *of("business.reduced_by", "a baseline that reaches into the window", "a baseline of nineteen is too few"),
    ),
    rule(
        "cost: one currency and period, no conversion; no or no usable allocation decides nothing",
        *of("cost.within_allocation", "another currency", "one row in another currency is no pass"),
        *of("cost.within_allocation", "a budget of zero", "no budget", "a budget of a month that is over"),
        *of("cost.within_allocation", "last month's costs are none of this month's", "an estimate decides nothing"),
        *of("cost.per_operation", "another currency", "a cost without a currency is none"),
        *of("business.reduced_by", "another currency is not converted"),
    ),
    rule(
        "cost: a stale or incomplete feed is no pass, and an overrun fails early",
        *of("cost.within_allocation", "36 hours old is fresh", "an hour older is stale"),
        *of("cost.within_allocation", "a stale feed fails early when it is over", "a day is missing"),
        *of("cost.within_allocation", "a missing day cannot undo an overrun", "a declared service is silent"),
        *of("cost.projected_within_allocation", "two days behind is stale"),
    ),
    rule(
        "most requests fail: one certain minute, or two in a row with enough requests together",
        *of("rollback.most_requests_succeed", "36 of 60 are not certain to be most", "37 of 60 are certain, and fire"),
        *of("rollback.most_requests_succeed", "two minutes in a row of 31 of 60 fire together"),
        *of("rollback.most_requests_succeed", "two minutes of 5 of 9 are too few together"),
        *of("rollback.most_requests_succeed", "two bad minutes with a good one between do not pair"),
    ),
    rule(
        "a sustained breach: the longest run of bad minutes fires, the longest possible run lets it pass, else open",
        *of(
            "rollback.latency_breaches_brief", "five bad minutes fire", "bad minutes that are interrupted do not add up"
        ),
        *of("rollback.latency_breaches_brief", "a lost minute inside the run keeps it open"),
        *of("rollback.latency_breaches_brief", "three unmeasured minutes cannot have fired"),
        *of("rollback.latency_breaches_brief", "certain fire despite blind minutes elsewhere"),
        *of("rollback.errors_brief", "a blind minute beside a bad one may have been bad"),
        *of("rollback.errors_brief", "a window shorter than the trigger cannot decide"),
    ),
    rule(
        "a sustained breach is looked for at six shifts of the minutes: any that fires fires, all must pass",
        *of("rollback.latency_breaches_brief", "five bad minutes that straddle the calendar minutes fire"),
        *of("rollback.latency_breaches_brief", "four unmeasured minutes touch five shifted ones, which may have fired"),
        *of("rollback.errors_brief", "two bad minutes that straddle the calendar fire"),
        *of("rollback.most_requests_succeed", "one bad minute among good ones, at every shift"),
        lacking="No collector reads a source of whole minutes only, so none is exempt from the shifts.",
    ),
    rule(
        "a security alert: of the declared severity, first seen in the window; to close or suppress it erases nothing",
        *of("rollback.no_security_alert", "a finding of the very severity", "findings below the severity"),
        *of("rollback.no_security_alert", "suppressing does not erase", "resolving does not erase"),
        *of("rollback.no_security_alert", "observed in the window, reported after it"),
        *of("rollback.no_security_alert", "an alert fires whatever the feed says"),
    ),
    rule(
        "a violation is told by the type of its event, and a failed operation is none",
        *of("rollback.no_compliance_violation", "a failed operation is no violation, whatever its status states"),
        *of("rollback.no_compliance_violation", "an event of a type that is a violation"),
        *of("rollback.no_compliance_violation", "a type that the collector was not told of may be a violation"),
    ),
    rule(
        "flags in the order of the plan, each once and never off again, by the rollout that reached everybody",
        *of("flags.activated_in_order", "in the order of the plan", "the last two swapped", "two activations"),
        *of("flags.activated_in_order", "two at one instant are in no order", "switched off again"),
        *of(
            "flags.activated_in_order", "a rollout of 99 % is no activation", "the rollout's end counts, not its start"
        ),
        *of("flags.activated_in_order", "the call is not the activation: deployed, never completed"),
        f"{RELEASE}::test_a_flag_that_goes_off_or_on_again_never_improves",
        f"{RELEASE}::test_an_activation_less_or_incomplete_never_makes_a_pass",
    ),
    rule(
        "flags at least 120 s apart, every slot of that time measured, and nothing slower or failing than before",
        *of("flags.monitored", "120 s exactly, all of it measured", "a microsecond less is too soon"),
        *of("flags.monitored", "a slot without an observer", "nothing to measure"),
        *of("flags.no_degradation", "5 % slower is within the tolerance", "a microsecond more is not"),
        *of("flags.no_degradation", "each flag has its own period, all the one baseline"),
    ),
    rule(
        "the phase of the flags ends with the last activation",
        *of(
            "deployment.phase_within_limit",
            "a phase of flags ends with the last of them, not with the monitoring after it",
        ),
    ),
    rule(
        "names of flags are mapped through declared aliases",
        *of("flags.activated_in_order", "a key that has no alias is another flag"),
        "tests/collectors/test_flags.py::test_appconfig_flags_under_the_plans_names",
        "tests/collectors/test_flags.py::test_two_keys_never_share_a_name",
        lacking="`doctor` does not look at deployment strategies, which no collector reads: a rollout that cannot fit "
        "its time fails when it is too late, and not before.",
    ),
    rule(
        "0-2 h, 2-24 h, 1-7 days: half-open from the end of the deployment, not elapsed before their end",
        "tests/shell/test_decide.py::test_before_the_end_of_a_window_only_a_certain_breach_is_decided",
        *of("deployment.window_elapsed", "the window has passed and was observed", "the window has not passed"),
        *of("deployment.window_elapsed", "observed, and no evidence in it", "nobody observed it"),
    ),
    rule(
        "a decision is a go only over a pass, after its settling time",
        "policies/gates/go_no_go/go_no_go_test.rego::test_only_a_pass_is_a_go",
        "policies/gates/go_no_go/go_no_go_test.rego::test_what_has_not_settled_is_no_go",
        f"{ROLL_UP}::test_a_point_settles_before_it_is_a_go",
        *of("decisions.recorded", "a go over failing criteria", "a go over criteria that were not known"),
        *of("decisions.recorded", "a no-go over criteria that passed is the decider's right"),
    ),
    rule(
        "a pass that rests on a source that lags is provisional, all the way up, and a fail never is",
        f"{ROLL_UP}::test_a_pass_on_what_has_not_settled_is_provisional_all_the_way_up",
        f"{ROLL_UP}::test_a_fail_is_never_provisional_nor_is_what_has_settled",
        "policies/gates/status/status_test.rego::test_what_is_not_settled_makes_it_partial",
    ),
    rule(
        "a point accepts no source older than it declares",
        *of("coverage.source_observed", "snapshot: answered at the edge of its age, before the as-of"),
        *of(
            "coverage.source_observed",
            "snapshot: answered a second too early",
            "snapshot: no instant of its own is no age",
        ),
        *of("monitoring.cost_monitored", "listed exactly as long ago as is allowed", "listed too long ago"),
    ),
    rule(
        "a point declares its traffic: requests of another source are none of it",
        *of("business.reduced_by", "canary requests are not these"),
        *of("slo.each_period_within_limit", "another source's errors are not ours"),
        *of("flags.no_degradation", "another source's requests are not counted"),
    ),
    rule(
        "a decision is signed by the role, once, after the evidence and before the next phase",
        *of(
            "decisions.made_in_time", "a microsecond before the phase had ended", "a microsecond before the next phase"
        ),
        *of("decisions.made_in_time", "when the next phase began", "the next phase has not begun"),
        *of("decisions.made_by_role", "by another role", "by nobody"),
        *of("decisions.recorded", "two of the same", "a go and a no-go"),
    ),
    rule(
        "as decided and as known now: a go stands or falls with the run that was shown, later runs beside it",
        *of("decisions.recorded", "the criteria had passed in another run, not in the one that was shown"),
        *of("decisions.recorded", "a go about a run that nobody knows"),
        "tests/shell/test_prior_runs.py::test_runs_that_did_not_know_of_each_other_are_both_taken_in",
    ),
    rule(
        "support latency: a one-sided rank test against 0.8 of before, and the ratio, in every stratum (mix shift)",
        *of("business.reduced_by", "each kind is slower, though all together are far faster: the mix has shifted"),
        *of("business.reduced_by", "one stratum of two is not lower", "a stratum that nobody declared is judged too"),
        *of("business.reduced_by", "lower, but by chance as likely as not", "clearly lower in a small sample"),
        "tests/core/test_rank_test.py::test_critical_values_of_the_published_table",
    ),
    rule(
        "routing: strictly more than 95 % optimal by a declared definition, with 90 % of the decisions labelled",
        *of("routing.optimal_share", "95 % exactly is not more than 95 %: 95 of 100", "90 % labelled is enough"),
        *of("routing.optimal_share", "less is not", "a decision without a label is unlabelled"),
        lacking="A random sample in place of the labels is not accepted: nothing shows that a sample was random.",
    ),
    rule(
        "burn rate: over the threshold in the long and the short window; low coverage is unknown, and an alert that "
        "cannot be reached is refused",
        *of("slo.burn_rate_bounded", "exactly 14.4 in both windows: 18 of 125 and 144 of 1000"),
        *of("slo.burn_rate_bounded", "an incident that is over is no alert: the short window is good"),
        *of("slo.burn_rate_bounded", "a blind hour, and a short window that is bad", "a blind short window"),
        *of("slo.burn_rate_bounded", "an 80 % objective burns at most 5 times: the alert at 14.4 cannot be reached"),
        *of("slo.burn_rate_bounded", "the default pairs over six hours"),
        "tests/policies/test_burn_rate.py::test_the_alert_fires_exactly_when_that_share_of_the_budget_is_used_up",
    ),
    rule(
        "a rollback in time: flags off, one route, and notice within five minutes, each a failure of its own",
        *of(
            "recovery.immediate", "exactly the limit is too late", "a step that was not taken", "a rehearsal is no step"
        ),
        *of("recovery.flags_off", "off in the last microsecond", "off at the end of the window is too late"),
        *of("recovery.single_route", "one direct request", "gap: a minute without an observer"),
        *of("recovery.trigger_prompt", "exactly the allowed delay is prompt", "a microsecond more is late"),
        f"{RELEASE}::test_a_step_that_comes_later_or_not_or_in_a_rehearsal_never_improves",
        f"{RELEASE}::test_a_rollback_passes_exactly_when_the_flag_was_off_and_stayed_off",
    ),
    rule(
        "a recovery needs at least five good minutes in a row",
        *of("recovery.errors_normal", "good in exactly the last five minutes", "good in only the last four"),
        *of("recovery.latency_normal", "good in exactly the last five minutes", "good in only the last four"),
        *of("recovery.health_restored", "healthy in exactly the last five minutes", "healthy in only the last four"),
        *of("recovery.health_restored", "gap: a minute without a check among the last five"),
    ),
]
