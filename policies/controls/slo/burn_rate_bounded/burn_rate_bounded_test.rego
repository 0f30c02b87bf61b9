package controls.slo.burn_rate_bounded_test

import data.controls.slo.burn_rate_bounded

quiet := {
	"alerts": false,
	"short_seconds": 300,
	"long_seconds": 3600,
	"short_requests": 1000,
	"short_errors": 0,
	"long_requests": 10000,
	"long_errors": 0,
	"threshold_tenths": 144,
	"window_seconds": 3600,
	"watermark_us": 3600000000,
	"window_end_us": 3600000000,
}

parameters := {"budget_ppm": 1000, "min_samples": 20}

decided(changes, parameter_changes) := decision if {
	decision := burn_rate_bounded.decision with input as {
		"row": object.union(quiet, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": null,
	}
}

reason(changes) := decided(changes, {}).reason

config := {"verdict": "inconclusive", "reason": "config"}

test_quiet_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "burn_rate_within", "observed": [0, 0], "limit": 144}
}

test_an_alert_fails_whatever_is_missing if {
	reason({"alerts": true}) == "burn_rate_over"
	reason({"alerts": true, "watermark_us": null, "long_requests": 1}) == "burn_rate_over"
}

test_rates_are_shown_in_tenths_rounded_down if {
	decided({"short_errors": 15, "long_errors": 19}, {}).observed == [150, 19]
	decided({"short_requests": 3, "short_errors": 2}, {}).observed == [6666, 0]
	decided({"short_requests": 10000000, "short_errors": 10000000}, {"budget_ppm": 1}).observed == [10000000, 0]
	decided({"short_requests": 1, "short_errors": 1}, {}).observed == [10000, 0]
}

test_a_window_without_requests_has_no_rate if {
	decided({"short_requests": 0}, {}).observed == [null, 0]
	decided({"short_requests": 0, "long_requests": 0}, {}).observed == [null, null]
}

test_what_may_alert_has_too_few_or_is_not_covered if {
	every window in ["short_requests", "long_requests"] {
		reason({"alerts": null, window: 19}) == "low_sample"
		reason({"alerts": null, window: 20}) == "coverage"
	}
}

test_windows_are_whole_slots if {
	every window in ["short_seconds", "long_seconds"] {
		every seconds in [null, "600", 605] {
			decided({window: seconds}, {}) == config
		}
	}
	reason({"short_seconds": 10}) == "burn_rate_within"
	every seconds in [0, -10] {
		decided({"short_seconds": seconds}, {}) == config
	}
}

test_the_short_window_is_shorter_and_the_long_one_fits if {
	reason({"short_seconds": 3590}) == "burn_rate_within"
	decided({"short_seconds": 3600}, {}) == config
	decided({"window_seconds": 3599}, {}) == config
}

test_a_pair_that_could_never_alert_is_refused if {
	decided({"threshold_tenths": 10000}, {}).reason == "burn_rate_within"
	decided({"threshold_tenths": 10001}, {}) == config
	decided({"threshold_tenths": 1}, {"budget_ppm": 10000000}).reason == "burn_rate_within"
	decided({"threshold_tenths": 1}, {"budget_ppm": 10000001}) == config
}

test_without_a_rate_a_budget_or_a_floor_nothing_is_decided if {
	every value in [null, "1", 0, -1] {
		decided({"threshold_tenths": value}, {}) == config
		decided({}, {"budget_ppm": value}) == config
		decided({}, {"min_samples": value}) == config
	}
	decided({"threshold_tenths": 1}, {}).reason == "burn_rate_within"
	decided({}, {"budget_ppm": 1}).reason == "burn_rate_within"
	decided({}, {"min_samples": 1}).reason == "burn_rate_within"
}
