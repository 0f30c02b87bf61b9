package controls.slo.throughput_meets_baseline_test

import data.controls.slo.throughput_meets_baseline

alike := {
	"requests": 2000,
	"unknown_minutes": 0,
	"unbounded_minutes": 0,
	"matched_minutes": 20,
	"matched_completed": 1900,
	"matched_offered": 2000,
	"baseline_minutes": 30,
	"baseline_load": 3000,
	"baseline_completed": 2700,
	"baseline_offered": 3000,
	"baseline_kept": 30,
	"baseline_recorded": 30,
	"odd_periods": 0,
	"rest_us": 0,
	"watermark_us": 1200000000,
	"window_end_us": 1200000000,
}

parameters := {
	"margin_percent": 5,
	"load_tolerance_percent": 20,
	"min_matched_minutes": 10,
	"max_unknown_minutes": 0,
	"block_minutes": 5,
}

decided(changes, parameter_changes) := decision if {
	decision := throughput_meets_baseline.decision with input as {
		"row": object.union(alike, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": "pass",
	}
}

reason(changes, parameter_changes) := decided(changes, parameter_changes).reason

config := {"verdict": "inconclusive", "reason": "config"}

test_both_shares_are_shown if {
	decided({}, {}) == {"verdict": "pass", "reason": "throughput_held", "observed": 950000, "limit": 900000}
}

test_shares_are_rounded_down if {
	shown := decided(
		{"matched_completed": 2, "matched_offered": 3, "baseline_completed": 5, "baseline_offered": 6},
		{},
	)
	[shown.observed, shown.limit] == [666666, 833333]
}

test_one_of_one_is_a_million if {
	shown := decided(
		{"matched_completed": 1, "matched_offered": 1, "baseline_completed": 1, "baseline_offered": 1},
		{},
	)
	[shown.observed, shown.limit] == [1000000, 1000000]
}

test_nothing_offered_has_no_share if {
	decided({"matched_completed": 0, "matched_offered": 0}, {}).observed == null
	decided({"baseline_completed": 0, "baseline_offered": 0}, {}).limit == null
}

test_nothing_asked_for_is_an_outage_only_where_something_was_before if {
	reason({"requests": 0}, {}) == "suspected_outage"
	reason({"requests": 0, "baseline_load": 1}, {}) == "suspected_outage"
	reason({"requests": 0, "baseline_load": 0}, {}) == "no_data"
	reason({"requests": 1, "baseline_load": 0}, {}) == "throughput_held"
}

test_a_count_that_is_none_decides_nothing if {
	every name in throughput_meets_baseline.counts {
		every value in [null, "0"] {
			decided({name: value}, {}) == config
		}
	}
}

test_more_completed_than_offered_decides_nothing if {
	reason({"matched_completed": 2000}, {}) == "throughput_held"
	decided({"matched_completed": 2001}, {}) == config
}

test_a_setting_that_is_no_number_decides_nothing if {
	every name, _ in parameters {
		every value in [null, "5"] {
			decided({}, {name: value}) == config
		}
	}
}

test_a_margin_lies_from_nothing_to_less_than_all if {
	every margin in [0, 99] {
		reason({}, {"margin_percent": margin}) == "throughput_held"
	}
	every margin in [-1, 100] {
		decided({}, {"margin_percent": margin}) == config
	}
}

test_loads_may_have_to_be_the_same_but_no_more if {
	reason({}, {"load_tolerance_percent": 0}) == "throughput_held"
	decided({}, {"load_tolerance_percent": -1}) == config
}

test_no_fewer_unknown_minutes_than_none_can_be_allowed if {
	reason({}, {"max_unknown_minutes": 0}) == "throughput_held"
	decided({}, {"max_unknown_minutes": -1}) == config
}

test_a_block_has_a_minute if {
	reason({}, {"block_minutes": 1}) == "throughput_held"
	decided({}, {"block_minutes": 0}) == config
}

test_two_blocks_must_match if {
	reason({}, {"min_matched_minutes": 10}) == "throughput_held"
	decided({}, {"min_matched_minutes": 9}) == config
}

test_a_rest_of_a_minute_decides_nothing if decided({"rest_us": 1}, {}) == config
