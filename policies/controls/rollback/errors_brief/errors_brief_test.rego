package controls.rollback.errors_brief_test

import data.controls.rollback.errors_brief

quiet := {
	"longest_bad": 0,
	"longest_possible": 0,
	"minutes": 10,
	"requests": 400,
	"limit_ppm": 100000,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

decided(changes, limit_ppm, sustained) := decision if {
	decision := errors_brief.decision with input as {
		"row": object.union(quiet, changes),
		"parameters": {"limit_ppm": limit_ppm, "sustained_minutes": sustained},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_is_no_number_decides_nothing if {
	every column in ["longest_bad", "longest_possible", "minutes", "requests"] {
		every value in [null, "4", []] {
			decided({column: value}, 100000, 2) == open
		}
	}
}

test_no_length_decides_nothing if {
	every sustained in [null, "2", 0, -1] {
		decided({}, 100000, sustained) == open
	}
}

test_a_trigger_of_one_minute_decides if {
	decided({"longest_bad": 1, "longest_possible": 1}, 100000, 1).verdict == "fail"
	decided({"longest_possible": 1}, 100000, 1).reason == "coverage"
	decided({}, 100000, 1).verdict == "pass"
}

test_no_limit_decides_nothing if {
	every limit in [null, "100000"] {
		decided({"limit_ppm": limit}, limit, 2) == open
	}
}

test_a_row_measured_against_another_limit_decides_nothing if decided({"limit_ppm": 99999}, 100000, 2) == open

test_one_error_per_million_is_a_limit if decided({"limit_ppm": 1}, 1, 2).verdict == "pass"

test_one_request_is_some if decided({"requests": 1}, 100000, 2).verdict == "pass"
