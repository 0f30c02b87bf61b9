package controls.recovery.latency_normal_test

import data.controls.recovery.latency_normal

good := {
	"limit_us": 1500000,
	"minutes": 10,
	"requests": 200,
	"over": 10,
	"unknown": 0,
	"good_run": 5,
	"possible_run": 5,
	"watermark_us": 100,
	"window_end_us": 100,
}

decided(changes, parameters) := decision if {
	decision := latency_normal.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union({"latency_limit_us": 1500000, "min_samples": 200, "good_minutes": 5}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_exactly_one_in_twenty_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "latency_recovered", "observed": 5, "limit": 5}
}

test_what_is_no_number_decides_nothing if {
	every value in [null, "5"] {
		every parameter in ["latency_limit_us", "min_samples", "good_minutes"] {
			decided({}, {parameter: value}) == open
		}
		decided({"over": value}, {}) == open
		decided({"possible_run": value}, {}) == open
	}
}

test_a_row_measured_against_another_limit_decides_nothing if decided({"limit_us": 1500001}, {}) == open

test_over_the_limit_needs_the_samples if {
	decided({"over": 11}, {}).reason == "latency_not_recovered"
	decided({"over": 11}, {"min_samples": 201}).reason == "low_sample"
}

test_one_request_is_some if decided({"requests": 1, "over": 0}, {}).reason == "low_sample"

test_no_requests_are_no_data if decided({"requests": 0, "over": 0}, {}).reason == "no_data"

test_too_few_good_minutes_fail if decided({"good_run": 4, "possible_run": 4}, {}).reason == "latency_not_recovered"

test_what_is_unknown_keeps_it_open if {
	decided({"unknown": 1}, {}).reason == "coverage"
	decided({"good_run": 4}, {}).reason == "coverage"
}

test_a_window_that_was_not_seen_to_its_end if decided({"watermark_us": 99}, {}).reason == "window_incomplete"
