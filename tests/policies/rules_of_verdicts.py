"""Rules of verdicts, comparisons, percentiles and samples."""

from __future__ import annotations

from policies.rule import of, rule

GATES = "policies/gates"
FINDINGS = "tests/core/test_findings.py"
EXACT = "tests/collectors/test_exact.py"
REQUESTS = "tests/collectors/test_requests.py"
DECIDE = "tests/shell/test_decide.py"
STATISTICS = "tests/core/test_statistics.py"

VERDICTS = [
    rule(
        "fail outweighs inconclusive, and inconclusive outweighs pass",
        f"{GATES}/roll_up/roll_up_test.rego::test_fail_outweighs_all",
        f"{GATES}/roll_up/roll_up_test.rego::test_inconclusive_outweighs_pass",
        f"{DECIDE}::test_a_failing_line_fails_its_group_its_gate_and_the_run",
    ),
    rule(
        "nothing to decide on is never a pass: no lines, no rows, an unknown control, a missing parameter",
        f"{GATES}/roll_up/roll_up_test.rego::test_nothing_is_never_a_pass",
        f"{GATES}/roll_up/roll_up_test.rego::test_missing_counts_are_never_a_pass",
        f"{FINDINGS}::test_an_empty_population_is_inconclusive",
        "tests/adapters/policies/test_profile.py::test_an_unknown_control_in_a_profile_names_profile_and_line",
        "tests/adapters/sql/test_engine.py::test_a_missing_parameter_is_named",
        "tests/adapters/sql/test_engine.py::test_an_authors_fault_names_the_file",
        *of("slo.error_rate", "nothing at all"),
    ),
    rule(
        "a trigger that fails has fired, and only a known pass lets the deployment go on",
        f"{GATES}/rollback/rollback_test.rego::test_fired_rolls_back",
        f"{GATES}/rollback/rollback_test.rego::test_anything_else_is_undecided",
    ),
    rule(
        "a line does not apply only by data that prove it or by a signed reason, never by absence",
        *of(
            "approvals.signed_by_role",
            "it does not apply, and the line allows that",
            "it does not apply, and the line does not allow that",
            "another role says that it does not apply",
        ),
        "tests/shell/test_roll_up.py::test_a_conditional_line_applies_when_its_condition_fails",
    ),
    rule(
        "members that do not apply are neutral, and a group of nothing else does not apply",
        f"{GATES}/roll_up/roll_up_test.rego::test_pass_when_the_rest_pass",
        f"{GATES}/roll_up/roll_up_test.rego::test_nothing_but_not_applicable",
    ),
    rule(
        "a waiver stands beside the fail, and counts only in its time, for its release, control, resource and policy",
        "tests/core/test_waivers.py::test_a_waiver_stands_beside_the_fail_that_it_names",
        "tests/core/test_waivers.py::test_elsewhere_it_is_as_if_it_were_not_there",
        "tests/core/test_evidence.py::test_another_release_person_or_role_is_not_counted",
        f"{GATES}/go_no_go/go_no_go_test.rego::test_a_fail_that_is_wholly_waived_is_said_to_be_so",
        "tests/shell/test_admit.py::test_waivers_are_taken_only_by_who_accepts_them",
    ),
    rule(
        "the printed checklist ticks a pass and nothing else, and a trigger says whether it fired",
        "tests/core/test_checklist.py::test_a_printed_tick_stays_only_beside_a_pass",
        "tests/core/test_checklist.py::test_a_trigger_says_whether_it_fired",
    ),
    rule(
        "every finding gives a code of a closed list, with value, limit, sample and window",
        f"{FINDINGS}::test_a_decision_outside_the_closed_lists_is_the_authors_error",
        "tests/core/test_counting.py::test_a_finding_is_its_row_and_its_decision",
        "tests/core/test_counting.py::test_a_reason_is_a_listed_word",
    ),
    rule(
        "what a source calls good is no evidence without a count and a value",
        *of("privacy.validated_compliant", "no score", "no number of checks", "one check too few: a placeholder"),
        *of("rollback.no_compliance_violation", "a violation that calls itself compliant is one"),
        *of("rollback.no_compliance_violation", "a failed operation is no violation, whatever its status states"),
    ),
    rule(
        "census and assured are two readings, and the profile says which of them decides",
        *of("slo.p95_latency", "assured: 4 of 200 is an assured pass", "assured: 5 of 200 straddles"),
        f"{DECIDE}::test_the_assured_reading_decides_where_the_profile_says_so",
    ),
]

COMPARISONS = [
    rule(
        "at most the limit: a value at the limit passes, one more fails",
        *of("slo.p95_latency", "P95 exactly at the limit passes: 10 of 200 slower"),
        *of("slo.p95_latency", "one more slow request fails: 11 of 200"),
        *of("slo.error_rate", "1.0 % exactly passes: 10 of 1000", "one more fails: 11 of 1000"),
        *of("slo.cache_hit_rate", "80 % exactly passes: 800 of 1000", "one hit less fails: 799 of 1000"),
        *of("cost.within_allocation", "80 % exactly passes", "a millionth more fails"),
        *of("deployment.phase_within_limit", "30 minutes exactly are within 30 minutes", "a microsecond more is not"),
    ),
    rule(
        "more than the limit: a value at the limit does not fire, or is not enough",
        *of("rollback.most_requests_succeed", "half of the requests is not more than half"),
        *of("rollback.errors_brief", "exactly 10 % is no bad minute: 6 of 60"),
        *of("rollback.latency_breaches_brief", "P95 exactly at the limit is no bad minute: 2 of 40"),
        *of("cost.within_allocation", "100 % exactly does not fire", "more than 100 % fires"),
        *of("routing.optimal_share", "95 % exactly is not more than 95 %: 95 of 100", "one more: 96 of 100"),
        *of("quality.tests_passed", "exactly 95 of 100 are not more than 95 %", "96 of 100 are more than 95 %"),
        *of("business.reduced_by", "exactly 20 % lower is not more than 20 %"),
    ),
    rule(
        "so many minutes or more: exactly so many fire",
        *of("rollback.latency_breaches_brief", "five bad minutes fire", "four bad minutes do not"),
        *of("rollback.errors_brief", "two bad minutes fire: 7 of 60", "one bad minute does not fire"),
    ),
    rule(
        "integers and exact decimals only: no binary fraction goes into a verdict or comes out of a query",
        "tests/adapters/sql/test_engine.py::test_a_derived_table_keeps_no_inexact_column",
        "tests/adapters/sql/test_engine.py::test_other_parameters_are_refused_by_file_and_name",
        f"{EXACT}::test_the_exact_value_is_rounded_up",
        "tests/collectors/test_money.py::test_no_digit_is_lost",
    ),
    rule(
        "NaN, infinite and negative values are refused where a source is read",
        f"{REQUESTS}::test_a_latency_that_is_no_measure_is_refused",
        f"{REQUESTS}::test_a_latency_of_parquet_that_is_no_measure_is_refused",
        "tests/collectors/test_money.py::test_what_is_wrong_is_refused_with_its_place",
        "tests/collectors/test_request_money.py::test_what_is_no_count_or_amount_is_refused",
        "tests/adapters/rego/test_wasm.py::test_only_exact_json_goes_in",
    ),
    rule(
        "a row that does not say enough is counted and bounded, never dropped",
        *of("slo.p95_latency", "null latencies are bounded: too many to pass"),
        *of("slo.p95_latency", "requests without an outcome are not taken for served"),
        *of("slo.error_rate", "ten unknown outcomes cannot change it", "eleven unknown outcomes could"),
        *of("rollback.latency_breaches_brief", "unmeasured minutes may have been bad"),
        *of("recovery.errors_normal", "dirty: an unknown outcome may be an error"),
        *of("recovery.latency_normal", "dirty: served without a latency may be slow"),
    ),
    rule(
        "each source declares its unit, one that declares none or another one is refused, and none is guessed",
        f"{REQUESTS}::test_a_latency_is_read_in_its_unit_and_rounded_up",
        f"{REQUESTS}::test_a_unit_that_is_not_the_declared_one_is_refused",
        f"{REQUESTS}::test_a_unit_that_changes_is_refused",
        "tests/collectors/test_money.py::test_a_mapping_without_a_currency_is_refused",
        *of("business.reduced_by", "a baseline in another unit"),
    ),
]

PERCENTILES = [
    rule(
        "P95 is within a limit exactly when at most one in twenty is slower",
        *of("slo.p95_latency", "P95 exactly at the limit passes: 10 of 200 slower"),
        *of("flags.no_degradation", "its P95 is that of nearest rank: 30 of 600 slower do not move it", "31 of 600 do"),
        "tests/policies/test_no_degradation.py::test_a_verdict_holds_however_the_unknown_requests_went",
    ),
    rule(
        "percentiles are never averaged, and shares are pooled",
        *of("slo.p95_latency", "the mean of minute P95s would pass, the window fails"),
        *of("slo.error_rate", "sums are pooled: a minute of 20 failures in 3000 requests"),
    ),
    rule(
        "a timeout counts at its timeout value, and a failure is no latency",
        *of("slo.p95_latency", "time-outs count at their time-out value", "failures are no latencies"),
        *of("recovery.latency_normal", "a timeout counts with its value"),
    ),
    rule(
        "health checks are no requests, and generated and cached answers are two populations",
        *of("slo.p95_latency", "health checks and the other kind do not dilute"),
        *of("slo.error_rate", "health checks that succeed do not dilute"),
        *of("slo.each_period_within_limit", "cached requests are another population"),
    ),
    rule(
        "no approximate quantile decides",
        "tests/adapters/sql/test_guard.py::test_hostile_queries_are_refused_and_say_why",
    ),
    rule(
        "latencies that come as percentiles, statistic sets, histograms or sketches are bracketed",
        lacking="No collector reads such a source: latencies come from logs of single requests, and counts are exact.",
    ),
]

SAMPLES = [
    rule(
        "decisions rest on exact binomial tests, and intervals are only shown",
        f"{STATISTICS}::test_critical_counts_of_the_published_table",
        f"{STATISTICS}::test_tails_equal_exact_rational_arithmetic",
        "tests/core/test_intervals.py::test_the_intervals_of_the_published_table",
    ),
    rule(
        "each share has a floor of samples, below which nothing passes",
        f"{STATISTICS}::test_sample_floors_of_the_published_table",
        *of("slo.p95_latency", "199 requests are too few to trust"),
        *of("slo.error_rate", "298 requests are too few to pass", "299 requests are enough"),
        *of("slo.cache_hit_rate", "99 lookups are too few for a pass", "100 lookups are enough"),
        *of("rollback.errors_brief", "three of 19 is over, but too few to be a bad minute"),
        *of("recovery.errors_normal", "low sample: 298 requests never pass"),
        *of("business.reduced_by", "nineteen operations are too few", "twenty are enough"),
    ),
    rule(
        "of 200: 4 slow are an assured pass, 10 a census pass, 16 an assured fail; of 1000: 4, 10 and 16 errors",
        *of("slo.p95_latency", "assured: 4 of 200 is an assured pass", "assured: 16 of 200 is an assured fail"),
        *of("slo.error_rate", "assured: 4 of 1000 passes", "assured: 5 of 1000 is open"),
        *of("slo.error_rate", "assured: 15 of 1000 is open", "assured: 16 of 1000 fails"),
    ),
    rule(
        "certainty beats the floor: five of five fire, one of one does not",
        *of("rollback.most_requests_succeed", "five of five fire", "four of four do not", "one of one does not"),
        *of("rollback.errors_brief", "five of five are certain, and fire", "four of four are too few"),
        *of("slo.p95_latency", "few requests, but all slow, fail with certainty"),
        *of("slo.error_rate", "below the floor only certainty fails: 50 of 100"),
    ),
    rule(
        "several looks share the error probability, as the profile declares",
        *of("slo.p95_latency", "assured: more looks, stricter"),
        *of("slo.error_rate", "assured: twenty looks share the error, so 4 of 1000 is open"),
        *of("business.reduced_by", "five looks share the error: too few to be sure", "one look is sure"),
        "tests/core/test_spending.py::test_all_looks_spend_no_more_than_there_is_and_nearly_all_of_it",
    ),
]
