package controls.flags.no_degradation_test

import data.controls.flags.no_degradation

good := {
	"activations": 1,
	"requests": 100,
	"errors": 1,
	"timed": 100,
	"unknown": 0,
	"over_low": 5,
	"over_high": 5,
	"limit_low_us": 1050000,
	"baseline_requests": 500,
	"baseline_errors": 0,
	"baseline_timed": 500,
	"baseline_unknown": 0,
	"tolerance_percent": 5,
	"monitor_seconds": 120,
	"baseline_seconds": 600,
	"end_us": 100,
	"as_of_us": 100,
}

parameters := {
	"tolerance_percent": 5,
	"monitor_seconds": 120,
	"baseline_seconds": 600,
	"tolerance_ppm": 10000,
	"min_samples": 59,
}

decided(changes, parameter_changes) := decision if {
	decision := no_degradation.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes, {})
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_counts_are_shown_beside_the_baseline if {
	decided({}, {}) == {
		"verdict": "pass",
		"reason": "flag_harmless",
		"observed": {"errors": 1, "requests": 100, "slower": 5},
		"limit": 1050000,
	}
}

test_one_more_is_slower if {
	outcome({"over_high": 6, "over_low": 6, "as_of_us": 1}) == ["fail", "flag_slower"]
	outcome({"over_high": 6, "over_low": 6, "errors": 9}) == ["fail", "flag_slower"]
}

test_one_more_fails if outcome({"errors": 2, "as_of_us": 1}) == ["fail", "flag_failing"]

test_the_errors_of_the_baseline_count if {
	outcome({"errors": 3, "baseline_errors": 10}) == ["pass", "flag_harmless"]
	outcome({"errors": 4, "baseline_errors": 10}) == ["fail", "flag_failing"]
}

test_unknown_requests_are_at_their_worst_for_a_pass if {
	outcome({"unknown": 1, "errors": 0, "over_low": 4, "over_high": 4}) == ["pass", "flag_harmless"]
	outcome({"unknown": 1, "errors": 0}) == ["inconclusive", "unmeasured"]
	outcome({"unknown": 1, "over_low": 4, "over_high": 4}) == ["inconclusive", "unmeasured"]
	outcome({"baseline_unknown": 1, "errors": 1}) == ["pass", "flag_harmless"]
	outcome({"baseline_unknown": 500, "baseline_errors": 10, "errors": 2}) == ["pass", "flag_harmless"]
	outcome({"baseline_unknown": 500, "baseline_errors": 10, "errors": 3}) == ["inconclusive", "unmeasured"]
}

test_and_at_their_best_for_a_fail if {
	outcome({"unknown": 19, "over_low": 6, "over_high": 6, "errors": 0}) == ["fail", "flag_slower"]
	outcome({"unknown": 20, "over_low": 6, "over_high": 6, "errors": 0}) == ["inconclusive", "unmeasured"]
	outcome({"over_low": 6, "errors": 0}) == ["inconclusive", "unmeasured"]
	outcome({"unknown": 99, "errors": 2}) == ["fail", "flag_failing"]
	outcome({"unknown": 100, "errors": 2}) == ["inconclusive", "unmeasured"]
	outcome({"baseline_unknown": 5, "errors": 2}) == ["fail", "flag_failing"]
	outcome({"baseline_unknown": 6, "errors": 2}) == ["inconclusive", "unmeasured"]
}

test_a_baseline_without_an_upper_bound_shows_no_slowness if {
	every value in [null, "99"] {
		outcome({"over_high": value, "over_low": 100, "errors": 0}) == ["inconclusive", "unmeasured"]
	}
}

test_inactive if outcome({"activations": 0, "timed": 0}) == ["inconclusive", "flag_inactive"]

test_samples if {
	outcome({"timed": 58, "over_high": 58}) == ["inconclusive", "low_sample"]
	outcome({"baseline_timed": 58, "over_high": 99}) == ["inconclusive", "low_sample"]
	outcome({"timed": 59, "baseline_timed": 59, "over_low": 2, "over_high": 2}) == ["pass", "flag_harmless"]
}

test_not_over_yet if {
	outcome({"as_of_us": 99, "unknown": null}) == ["inconclusive", "window_incomplete"]
	every value in [null, "100"] {
		outcome({"as_of_us": value}) == ["inconclusive", "window_incomplete"]
		outcome({"end_us": value}) == ["inconclusive", "window_incomplete"]
	}
}

test_without_a_bound_nothing_is_known if {
	every name in ["unknown", "baseline_unknown"] {
		every value in [null, "0"] {
			outcome({name: value, "over_high": 99, "errors": 99}) == ["inconclusive", "coverage"]
		}
	}
}

test_what_is_no_count_decides_nothing if {
	every name in ["activations", "requests", "errors", "timed", "over_low", "baseline_requests", "baseline_errors", "baseline_timed"] {
		every value in [null, "100", -1] {
			decided({name: value}, {}) == open
		}
	}
}

test_counted_otherwise_than_asked_decides_nothing if {
	every name in ["tolerance_percent", "monitor_seconds", "baseline_seconds"] {
		decided({name: 7}, {}) == open
		every value in [null, "7"] {
			decided({name: value}, {name: value}) == open
		}
	}
	every name in ["tolerance_ppm", "min_samples"] {
		every value in [null, "59"] {
			decided({}, {name: value}) == open
		}
	}
	decided({}, {"min_samples": 0}) == open
	decided({}, {"min_samples": 1}).verdict == "pass"
}

test_one_in_twenty_is_exact if {
	outcome({"timed": 399, "over_low": 20, "over_high": null}) == ["inconclusive", "unmeasured"]
	outcome({"timed": 400, "over_low": 20, "over_high": null}) == ["pass", "flag_harmless"]
}

shares(changes) := decided(changes, {"tolerance_ppm": 0}).reason

test_shares_of_errors_are_exact if {
	shares({"errors": 1, "requests": 2, "baseline_errors": 1, "baseline_requests": 2}) == "flag_harmless"
	half := {"errors": 1000001, "requests": 2000001, "baseline_errors": 1}
	shares(object.union(half, {"baseline_requests": 2})) == "flag_failing"
	shares(object.union(half, {"baseline_requests": 1, "baseline_unknown": 1})) == "unmeasured"
}

test_nothing_at_all_may_be_no_worse_than_nothing if {
	outcome({"errors": 0, "baseline_errors": 0}) == ["pass", "flag_harmless"]
}
