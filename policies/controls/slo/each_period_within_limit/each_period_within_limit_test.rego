package controls.slo.each_period_within_limit_test

import data.controls.slo.each_period_within_limit

row := {
	"limit_ppm": 10000,
	"rest_us": 0,
	"periods": 4,
	"periods_over": 0,
	"periods_within": 4,
	"periods_few": 0,
	"requests": 4000,
	"unmeasured": 0,
	"worst_ppm": 9000,
	"watermark_us": 14400000000,
	"window_end_us": 14400000000,
}

parameters := {
	"measure": "errors",
	"kind": null,
	"latency_limit_us": null,
	"limit_ppm": 10000,
	"period_seconds": 3600,
	"min_samples": 299,
	"trend": false,
}

decided(changes, parameter_changes, assured) := decision if {
	decision := each_period_within_limit.decision with input as {
		"row": object.union(row, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": assured,
	}
}

reason(changes, parameter_changes) := decided(changes, parameter_changes, "undecided").reason

config := {"verdict": "inconclusive", "reason": "config"}

test_the_worst_period_and_the_limit_are_shown if {
	decided({}, {}, null) == {"verdict": "pass", "reason": "periods_within", "observed": 9000, "limit": 10000}
}

test_one_period_over_fails_whatever_else_is_missing if {
	over := {"periods_over": 1, "periods_within": 0, "periods_few": 3, "watermark_us": null, "unmeasured": 5}
	decided(over, {}, null).verdict == "fail"
	reason(over, {}) == "period_over"
}

test_nothing_is_no_data if {
	reason({"requests": 0}, {}) == "no_data"
	reason({"requests": 1}, {}) == "periods_within"
}

test_an_open_window_passes_nothing if reason({"watermark_us": 14399999999}, {}) == "window_incomplete"

test_one_period_too_quiet_passes_nothing if {
	reason({"periods_few": 1, "periods_within": 3}, {}) == "low_sample"
	reason({"periods_few": 1, "periods_within": 4}, {}) == "low_sample"
}

test_one_period_unknown_passes_nothing if {
	reason({"periods_within": 3, "unmeasured": 1}, {}) == "unmeasured"
	reason({"periods_within": 3}, {}) == "coverage"
	reason({"unmeasured": 1}, {}) == "periods_within"
}

test_more_periods_within_than_there_are_pass_nothing if decided({"periods_within": 5}, {}, "pass") == config

test_a_trend_decides_where_it_is_asked_for if {
	decided({}, {"trend": true}, "pass").reason == "periods_within"
	decided({}, {"trend": true}, "fail").verdict == "fail"
	decided({}, {"trend": true}, "fail").reason == "share_rising"
	every assured in ["undecided", null] {
		decided({}, {"trend": true}, assured) == {"verdict": "inconclusive", "reason": "ci_straddles", "observed": 9000, "limit": 10000}
	}
}

test_a_trend_that_nobody_asked_for_decides_nothing if {
	every assured in ["fail", "undecided", "pass", null] {
		decided({}, {}, assured).reason == "periods_within"
	}
}

test_a_count_that_is_none_decides_nothing if {
	every name in ["periods", "periods_over", "periods_within", "periods_few", "requests", "unmeasured"] {
		every value in [null, "0"] {
			decided({name: value}, {}, "pass") == config
		}
	}
}

test_no_period_decides_nothing if {
	decided({"periods": 0, "periods_within": 0}, {}, "pass") == config
	reason({"periods": 1, "periods_within": 1}, {}) == "periods_within"
}

test_a_rest_of_a_period_decides_nothing if decided({"rest_us": 1}, {}, "pass") == config

test_the_query_counted_against_the_line_s_limit if {
	decided({"limit_ppm": 10001}, {}, "pass") == config
	reason({"limit_ppm": 20000}, {"limit_ppm": 20000}) == "periods_within"
}

test_a_share_lies_between_nothing_and_all if {
	every limit in [-1, 0, 1000000, 1000001] {
		decided({"limit_ppm": limit}, {"limit_ppm": limit}, "pass") == config
	}
	every limit in [1, 999999] {
		reason({"limit_ppm": limit}, {"limit_ppm": limit}) == "periods_within"
	}
}

test_a_period_is_a_number_of_slots if {
	every seconds in [-10, 0, 15] {
		decided({}, {"period_seconds": seconds}, "pass") == config
	}
	reason({}, {"period_seconds": 10}) == "periods_within"
}

test_a_floor_is_at_least_one if {
	decided({}, {"min_samples": 0}, "pass") == config
	reason({}, {"min_samples": 1}) == "periods_within"
}

test_a_trend_is_asked_for_or_not if decided({}, {"trend": null}, "pass") == config

test_every_measure_needs_its_own if {
	slow := {"measure": "slow", "kind": "generation", "latency_limit_us": 1500000}
	reason({}, slow) == "periods_within"
	reason({}, {"measure": "misses"}) == "periods_within"
	decided({}, object.union(slow, {"kind": null}), "pass") == config
	decided({}, object.union(slow, {"latency_limit_us": null}), "pass") == config
	decided({}, object.union(slow, {"measure": "quick"}), "pass") == config
}
