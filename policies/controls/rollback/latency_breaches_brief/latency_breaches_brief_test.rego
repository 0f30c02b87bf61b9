package controls.rollback.latency_breaches_brief_test

import data.controls.rollback.latency_breaches_brief

quiet := {
	"longest_bad": 0,
	"longest_possible": 0,
	"minutes": 10,
	"requests": 400,
	"limit_us": 3000000,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

decided(changes, sustained) := decision if {
	decision := latency_breaches_brief.decision with input as {
		"row": object.union(quiet, changes),
		"parameters": {"latency_limit_us": 3000000, "sustained_minutes": sustained},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_quiet_passes if {
	decided({}, 5).verdict == "pass"
	decided({}, 1).verdict == "pass"
}

test_a_window_as_long_as_the_trigger_decides if decided({"minutes": 5}, 5).verdict == "pass"

test_what_is_no_number_decides_nothing if {
	every column in ["longest_bad", "longest_possible", "minutes", "requests"] {
		every value in [null, "4", []] {
			decided({column: value}, 5) == open
		}
	}
}

test_no_length_decides_nothing if {
	every sustained in [null, "5", 0, -1] {
		decided({}, sustained) == open
	}
}

test_a_row_measured_against_another_limit_decides_nothing if decided({"limit_us": 2999999}, 5) == open
