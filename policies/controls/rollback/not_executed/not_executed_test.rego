package controls.rollback.not_executed_test

import data.controls.rollback.not_executed

log := {"role": "log", "steps": 0, "calls": 1, "calls_ok": 1, "watermark_us": 100, "window_end_us": 100}

step := {"role": "step", "steps": 1, "step": "script_started", "dry_run": false}

decided(row) := decision if {
	decision := not_executed.decision with input as {"row": row, "parameters": {}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_seen_log_passes if decided(log) == {"verdict": "pass", "reason": "rollback_not_executed", "observed": 0}

test_a_gap_decides_nothing if decided(object.union(log, {"watermark_us": 99})).reason == "feed_silent"

test_what_is_no_count_decides_nothing if {
	every row in [log, step] {
		every value in [null, "1"] {
			decided(object.union(row, {"steps": value})) == open
		}
	}
}

test_a_step_fails_unless_it_is_known_to_be_a_rehearsal if {
	decided(step) == {"verdict": "fail", "reason": "rollback_executed", "observed": 1}
	decided(object.union(step, {"dry_run": null})).verdict == "fail"
	decided(object.union(step, {"dry_run": "true"})).verdict == "fail"
	decided(object.union(step, {"dry_run": true})).reason == "rollback_rehearsed"
	decided(object.union(step, {"dry_run": true, "step": "other"})).reason == "rollback_rehearsed"
}

test_a_step_without_a_name_decides_nothing if decided(object.union(step, {"step": null})) == open

test_another_role_decides_nothing if decided(object.union(log, {"role": "member"})) == open
