package controls.business.reduced_by_test

import data.controls.business.reduced_by

row := {
	"reduction_percent": 20,
	"statistic": "median",
	"observations": 100,
	"baseline_observations": 90,
	"unmeasured": 0,
	"other_currency": 0,
	"unknown": 0,
	"reduced": true,
	"ratio_ppm": 700000,
	"baseline_kept": 30,
	"baseline_recorded": 30,
	"watermark_us": 7200000000,
	"window_end_us": 7200000000,
}

parameters := {
	"measure": "duration",
	"statistic": "median",
	"reduction_percent": 20,
	"currency": "",
	"min_samples": 20,
	"reading": "assured",
}

decided(changes, parameter_changes, assured) := decision if {
	decision := reduced_by.decision with input as {
		"row": object.union(row, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": assured,
	}
}

reason(changes, parameter_changes) := decided(changes, parameter_changes, "pass").reason

config := {"verdict": "inconclusive", "reason": "config"}

test_the_ratio_and_its_bound_are_shown if {
	decided({}, {}, "pass") == {"verdict": "pass", "reason": "reduced", "observed": 700000, "limit": 800000}
}

test_both_must_hold_by_the_assured_reading if {
	every assured in ["fail", "undecided", null] {
		decided({}, {}, assured) == {"verdict": "inconclusive", "reason": "ci_straddles", "observed": 700000, "limit": 800000}
	}
	every assured in ["pass", "fail", "undecided", null] {
		decided({"reduced": false}, {}, assured).verdict == "fail"
		decided({"reduced": false}, {}, assured).reason == "reduction_short"
	}
}

test_the_census_reading_takes_the_figure_as_it_is if {
	every assured in ["pass", "fail", "undecided", null] {
		decided({}, {"reading": "census"}, assured).reason == "reduced"
		decided({"reduced": false}, {"reading": "census"}, assured).reason == "reduction_short"
	}
}

test_another_reading_passes_nothing if decided({}, {"reading": "neither"}, "pass").reason == "ci_straddles"

test_a_figure_that_unknown_ones_could_mend_is_no_fail if {
	reason({"reduced": false, "unknown": 3, "unmeasured": 3}, {}) == "unmeasured"
	reason({"reduced": false, "unknown": 1, "unmeasured": 1}, {}) == "unmeasured"
	reason({"reduced": false, "unknown": 4, "unmeasured": 3}, {}) == "coverage"
	reason({"reduced": false, "unknown": 4}, {}) == "coverage"
	decided({"reduced": null, "unknown": 4}, {}, "pass").verdict == "inconclusive"
	reason({"reduced": null}, {}) == "coverage"
}

test_a_missing_baseline_decides_nothing if {
	reason({"baseline_observations": 0, "baseline_kept": 0}, {}) == "baseline_missing"
	reason({"baseline_observations": 1}, {"min_samples": 1}) == "reduced"
}

test_part_of_a_baseline_decides_nothing if {
	reason({"baseline_kept": 29}, {}) == "coverage"
	reason({"baseline_recorded": 29}, {}) == "coverage"
}

test_no_currency_is_converted if reason({"other_currency": 1}, {}) == "other_currency"

test_nothing_is_no_data if {
	reason({"observations": 0}, {}) == "no_data"
	reason({"observations": 1}, {"min_samples": 1}) == "reduced"
}

test_an_open_window_decides_nothing if {
	reason({"watermark_us": 7199999999}, {}) == "window_incomplete"
	decided({"watermark_us": null, "reduced": false}, {}, "fail").reason == "window_incomplete"
}

test_what_nothing_bounds_decides_nothing if {
	reason({"unknown": null}, {}) == "coverage"
	reason({"unknown": "0"}, {}) == "coverage"
	reason({"unknown": null, "reduced": false}, {}) == "coverage"
}

test_both_sides_have_a_floor if {
	reason({"observations": 19}, {}) == "low_sample"
	reason({"observations": 20}, {}) == "reduced"
	reason({"baseline_observations": 19}, {}) == "low_sample"
	reason({"baseline_observations": 20}, {}) == "reduced"
}

test_a_count_that_is_none_decides_nothing if {
	every name in ["observations", "baseline_observations", "unmeasured", "other_currency", "baseline_kept", "baseline_recorded"] {
		every value in [null, "0"] {
			decided({name: value}, {}, "pass") == config
		}
	}
}

test_the_query_compared_by_the_line_s_parameters if {
	decided({"reduction_percent": 19}, {}, "pass") == config
	decided({"statistic": "mean"}, {}, "pass") == config
	reason({"statistic": "mean"}, {"statistic": "mean"}) == "reduced"
}

test_a_reduction_lies_from_nothing_to_less_than_all if {
	every percent in [-1, 100] {
		decided({"reduction_percent": percent}, {"reduction_percent": percent}, "pass") == config
	}
	every percent in [0, 99] {
		reason({"reduction_percent": percent}, {"reduction_percent": percent}) == "reduced"
	}
	decided({"reduction_percent": 99}, {"reduction_percent": 99}, "pass").limit == 10000
}

test_a_floor_is_at_least_one if {
	decided({}, {"min_samples": 0}, "pass") == config
	reason({}, {"min_samples": 1}) == "reduced"
}

test_costs_need_a_currency if {
	reason({}, {"measure": "cost", "currency": "EUR"}) == "reduced"
	every currency in ["", "EU", "EURO"] {
		decided({}, {"measure": "cost", "currency": currency}, "pass") == config
	}
	decided({}, {"measure": "count", "currency": "EUR"}, "pass") == config
}
