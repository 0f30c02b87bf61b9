package controls.recovery.immediate_test

import data.controls.recovery.immediate

good := {"trigger_us": 1, "after_us": 299999999, "done": 1, "unclear": 0, "limit_seconds": 300}

decided(changes, limit) := decision if {
	decision := immediate.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"limit_seconds": limit},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_microsecond_less_is_in_time if {
	decided({}, 300) == {"verdict": "pass", "reason": "step_in_time", "observed": 299999999, "limit": 300000000}
	decided({"after_us": 300000000}, 300).reason == "step_late"
	decided({"limit_seconds": 1, "after_us": 999999}, 1).verdict == "pass"
}

test_what_is_no_number_decides_nothing if {
	every column in ["trigger_us", "done", "unclear"] {
		every value in [null, "1"] {
			decided({column: value}, 300) == open
		}
	}
}

test_no_limit_decides_nothing if {
	every limit in [null, "300", 0, -1] {
		decided({"limit_seconds": limit}, limit) == open
	}
}

test_a_row_measured_against_another_limit_decides_nothing if decided({"limit_seconds": 299}, 300) == open

test_one_unclear_step_decides_nothing_unless_another_was_in_time if {
	decided({"after_us": null, "unclear": 1}, 300).reason == "rehearsal_unknown"
	decided({"unclear": 1}, 300).verdict == "pass"
}

test_a_step_without_what_it_must_name_is_not_missing if {
	decided({"after_us": null}, 300).reason == "unreferenced"
	decided({"after_us": null, "done": 0}, 300) == {
		"verdict": "fail",
		"reason": "step_missing",
		"observed": null,
		"limit": 300000000,
	}
}

test_text_is_no_time if decided({"after_us": "1", "done": 0}, 300).reason == "step_missing"
