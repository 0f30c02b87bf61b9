package controls.slo.share_meets_baseline_test

import data.controls.slo.share_meets_baseline

row := {
	"rest_us": 0,
	"margin_ppm": 1000,
	"requests": 2000,
	"events": 9,
	"unmeasured": 0,
	"unknown": 0,
	"baseline_requests": 3000,
	"baseline_events": 11,
	"baseline_kept": 2,
	"baseline_recorded": 2,
	"within": true,
	"over": false,
	"watermark_us": 7200000000,
	"window_end_us": 7200000000,
}

parameters := {
	"measure": "errors",
	"kind": null,
	"latency_limit_us": null,
	"margin_ppm": 1000,
	"period_seconds": 600,
	"min_samples": 299,
}

decided(changes, parameter_changes) := decision if {
	decision := share_meets_baseline.decision with input as {
		"row": object.union(row, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": null,
	}
}

reason(changes, parameter_changes) := decided(changes, parameter_changes).reason

config := {"verdict": "inconclusive", "reason": "config"}

test_both_shares_are_shown_rounded_down_the_limit_with_its_margin if {
	decided({}, {}) == {"verdict": "pass", "reason": "share_held", "observed": 4500, "limit": 4666}
	decided({"events": 1, "requests": 3}, {"min_samples": 1}).observed == 333333
}

test_one_of_one_is_a_million if {
	shown := decided({"events": 1, "requests": 1, "baseline_events": 1, "baseline_requests": 1}, {"min_samples": 1})
	[shown.observed, shown.limit] == [1000000, 1001000]
}

test_nothing_has_no_share if {
	decided({"requests": 0, "events": 0}, {}).observed == null
	decided({"baseline_requests": 0, "baseline_events": 0}, {}).limit == null
}

test_a_share_over_the_margin_fails if {
	decided({"within": false, "over": true}, {}).verdict == "fail"
	reason({"within": false, "over": true}, {}) == "share_worse"
}

test_a_missing_baseline_decides_nothing if {
	decided({"baseline_requests": 0}, {}).verdict == "inconclusive"
	reason({"baseline_requests": 0, "baseline_kept": 0}, {}) == "baseline_missing"
	reason({"baseline_requests": 1}, {"min_samples": 1}) == "share_held"
}

test_part_of_a_baseline_decides_nothing if {
	reason({"baseline_kept": 1}, {}) == "coverage"
	reason({"baseline_recorded": 1}, {}) == "coverage"
}

test_nothing_is_no_data if {
	reason({"requests": 0}, {}) == "no_data"
	reason({"requests": 1}, {"min_samples": 1}) == "share_held"
}

test_an_open_window_decides_nothing if {
	reason({"watermark_us": 7199999999}, {}) == "window_incomplete"
	reason({"watermark_us": null, "within": false, "over": true}, {}) == "window_incomplete"
}

test_both_sides_have_a_floor if {
	reason({"requests": 298}, {}) == "low_sample"
	reason({"requests": 299}, {}) == "share_held"
	reason({"baseline_requests": 298}, {}) == "low_sample"
	reason({"baseline_requests": 299}, {}) == "share_held"
}

test_what_straddles_says_why if {
	unsure := {"within": false, "over": false}
	reason(object.union(unsure, {"unmeasured": 3, "unknown": 3}), {}) == "unmeasured"
	reason(object.union(unsure, {"unmeasured": 1, "unknown": 1}), {}) == "unmeasured"
	reason(object.union(unsure, {"unmeasured": 3, "unknown": 4}), {}) == "coverage"
	reason(object.union(unsure, {"unknown": 3}), {}) == "coverage"
	reason(unsure, {}) == "coverage"
	decided({"within": null, "over": null, "unknown": null}, {}).verdict == "inconclusive"
}

test_a_count_that_is_none_decides_nothing if {
	every name in ["requests", "events", "unmeasured", "baseline_requests", "baseline_events", "baseline_kept", "baseline_recorded"] {
		every value in [null, "0"] {
			decided({name: value}, {}) == config
		}
	}
}

test_a_rest_of_a_period_decides_nothing if decided({"rest_us": 1}, {}) == config

test_a_margin_lies_from_nothing_to_less_than_all if {
	every margin in [-1, 1000000] {
		decided({"margin_ppm": margin}, {"margin_ppm": margin}) == config
	}
	every margin in [0, 999999] {
		reason({"margin_ppm": margin}, {"margin_ppm": margin}) == "share_held"
	}
	decided({"margin_ppm": 999}, {}) == config
}

test_a_period_is_a_number_of_slots if {
	every seconds in [-10, 0, 15] {
		decided({}, {"period_seconds": seconds}) == config
	}
	reason({}, {"period_seconds": 10}) == "share_held"
}

test_a_floor_is_at_least_one if {
	decided({}, {"min_samples": 0}) == config
	reason({}, {"min_samples": 1}) == "share_held"
}

test_every_measure_needs_its_own if {
	slow := {"measure": "slow", "kind": "generation", "latency_limit_us": 1500000}
	reason({}, slow) == "share_held"
	reason({}, {"measure": "misses"}) == "share_held"
	decided({}, object.union(slow, {"kind": null})) == config
	decided({}, object.union(slow, {"latency_limit_us": null})) == config
	decided({}, object.union(slow, {"measure": "quick"})) == config
}
