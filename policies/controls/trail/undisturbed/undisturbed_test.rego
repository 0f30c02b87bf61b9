package controls.trail.undisturbed_test

import data.controls.trail.undisturbed

event := {"role": "event", "n": 2, "failed": false, "calls": 0, "calls_ok": 0, "window_end_us": 100}

cell := {"role": "feed", "n": 1, "failed": null, "calls": 2, "calls_ok": 2, "window_end_us": 100}

decided(row) := decision if {
	decision := undisturbed.decision with input as {"row": row, "parameters": {}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_call_that_took_effect_fails if {
	decided(event) == {"verdict": "fail", "reason": "trail_disturbed", "observed": 2}
	every value in [null, "true", 1] {
		decided(object.union(event, {"failed": value})).verdict == "fail"
	}
}

test_a_refused_call_disturbs_nothing if {
	decided(object.union(event, {"failed": true})) == {"verdict": "pass", "reason": "disturbance_refused", "observed": 2}
}

test_a_cell_that_was_read_in_full_passes if {
	decided(cell) == {"verdict": "pass", "reason": "trail_undisturbed", "observed": 1}
}

test_a_cell_that_was_not_is_open if {
	decided(object.union(cell, {"calls_ok": 1})).reason == "coverage"
	decided(object.union(cell, {"calls": 0, "calls_ok": 0})).reason == "coverage_absent"
	decided(object.union(cell, {"calls": null})).reason == "no_data"
}

test_what_is_no_count_decides_nothing if {
	every row in [event, cell] {
		every value in [null, "1"] {
			decided(object.union(row, {"n": value})) == open
		}
	}
}

test_another_role_decides_nothing if decided(object.union(event, {"role": "member"})) == open
