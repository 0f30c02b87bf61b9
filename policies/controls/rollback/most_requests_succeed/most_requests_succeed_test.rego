package controls.rollback.most_requests_succeed_test

import data.controls.rollback.most_requests_succeed

# A minute of which 40 of 60 failed.
bad := {
	"good": false,
	"requests": 60,
	"errors": 40,
	"unknown": 0,
	"pair_requests": 0,
	"window_requests": 600,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

floors := {"min_samples": 5, "min_pair_samples": 20}

decided(changes, parameters, assured) := decision if {
	decision := most_requests_succeed.decision with input as {
		"row": object.union(bad, changes),
		"parameters": object.union(floors, parameters),
		"assured": assured,
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_is_no_number_decides_nothing if {
	every column in ["requests", "errors", "pair_requests", "window_requests"] {
		every value in [null, "60", []] {
			decided({column: value}, {}, "fail") == open
		}
	}
}

test_neither_good_nor_not_decides_nothing if {
	every good in [null, "true", 1] {
		decided({"good": good}, {}, "undecided") == open
	}
}

test_no_floor_decides_nothing if {
	every parameter in ["min_samples", "min_pair_samples"] {
		every floor in [null, "5"] {
			decided({}, {parameter: floor}, "fail") == open
		}
	}
}

test_certain_and_counted_fires if decided({}, {}, "fail").verdict == "fail"

test_a_breach_that_is_not_assured_may_be_one if {
	every assured in ["undecided", "pass", null] {
		decided({}, {}, assured).reason == "most_may_have_failed"
	}
}

test_half_is_not_more_than_half_whatever_is_assured if {
	decided({"errors": 30}, {}, "fail").reason == "coverage"
	decided({"errors": 31}, {}, "fail").verdict == "fail"
}

test_the_unknown_may_all_have_succeeded if {
	decided({"errors": 31, "unknown": 2}, {}, "fail").reason == "coverage"
	decided({"errors": 31, "unknown": 1}, {}, "fail").verdict == "fail"
}

test_an_unbounded_unknown_fires_nothing if decided({"unknown": null}, {}, "fail").reason == "coverage"

# Its maxima are of different minutes.
test_the_row_of_the_good_minutes_never_fires if {
	decided({"good": true}, {}, "fail").verdict == "pass"
	decided({"good": true, "pair_requests": 120}, {}, "undecided").verdict == "pass"
}

test_a_pair_needs_as_many_as_declared if {
	decided({"pair_requests": 20}, {}, "undecided").verdict == "fail"
	decided({"pair_requests": 19}, {}, "undecided").verdict == "inconclusive"
}

test_a_pair_of_nothing_fires_nothing if {
	every floor in [0, -1] {
		decided({}, {"min_pair_samples": floor}, "undecided").verdict == "inconclusive"
	}
	decided({"pair_requests": 1}, {"min_pair_samples": 1}, "undecided").verdict == "fail"
}

test_good_minutes_of_one_request_pass if decided({"good": true, "window_requests": 1}, {}, null).verdict == "pass"

test_good_minutes_without_a_request_do_not if decided({"good": true, "window_requests": 0}, {}, null).reason == "no_data"
