package controls.recovery.errors_normal_test

import data.controls.recovery.errors_normal

good := {
	"limit_ppm": 10000,
	"minutes": 10,
	"requests": 300,
	"errors": 3,
	"unknown": 0,
	"good_run": 5,
	"possible_run": 5,
	"watermark_us": 100,
	"window_end_us": 100,
}

decided(changes, parameters) := decision if {
	decision := errors_normal.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union({"limit_ppm": 10000, "min_samples": 300, "good_minutes": 5}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_exactly_the_limit_passes_and_is_shown if {
	decided({}, {}) == {"verdict": "pass", "reason": "errors_recovered", "observed": 10000, "limit": 10000}
}

test_the_rate_is_shown_rounded_down if decided({"requests": 301}, {}).observed == 9966

test_one_request_is_shown if decided({"requests": 1, "errors": 1}, {}).observed == 1000000

test_no_requests_have_no_rate if {
	decided({"requests": 0, "errors": 0}, {}) == {
		"verdict": "inconclusive",
		"reason": "no_data",
		"observed": null,
		"limit": 10000,
	}
}

test_what_is_no_number_decides_nothing if {
	every value in [null, "5"] {
		every parameter in ["limit_ppm", "min_samples", "good_minutes"] {
			decided({}, {parameter: value}) == open
		}
		decided({"requests": value}, {}) == open
		decided({"good_run": value}, {}) == open
		decided({"limit_ppm": value}, {"limit_ppm": value}) == open
	}
}

test_a_row_measured_against_another_limit_decides_nothing if decided({"limit_ppm": 9999}, {}) == open

test_over_the_limit_needs_the_samples if {
	decided({"errors": 4}, {}).reason == "error_rate_over"
	decided({"errors": 4}, {"min_samples": 301}).reason == "low_sample"
}

test_too_few_good_minutes_fail_at_any_sample if {
	decided({"requests": 1, "errors": 0, "possible_run": 4, "good_run": 4}, {}).reason == "not_recovered"
}

test_what_is_unknown_keeps_it_open if {
	decided({"unknown": 1}, {}).reason == "coverage"
	decided({"good_run": 4}, {}).reason == "coverage"
}

test_a_window_that_was_not_seen_to_its_end if decided({"watermark_us": 99}, {}).reason == "window_incomplete"
