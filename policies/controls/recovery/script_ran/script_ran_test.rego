package controls.recovery.script_ran_test

import data.controls.recovery.script_ran

good := {
	"trigger_us": 1,
	"started_us": 2,
	"unclear": 0,
	"finished_us": 3,
	"failed": 0,
	"unsaid_exits": 0,
	"exit_code": 0,
}

decided(changes) := decision if {
	decision := script_ran.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_it_ran if decided({}) == {"verdict": "pass", "reason": "script_succeeded", "observed": 0, "limit": 0}

test_what_is_no_number_decides_nothing if {
	every column in ["trigger_us", "unclear", "failed", "unsaid_exits"] {
		every value in [null, "1"] {
			decided({column: value}) == open
		}
	}
}

test_one_unclear_step_decides_nothing if decided({"unclear": 1}).reason == "rehearsal_unknown"

test_each_part_must_be_there if {
	every value in [null, "2"] {
		decided({"started_us": value}).reason == "script_not_run"
		decided({"finished_us": value}).reason == "script_unfinished"
	}
}

test_one_failure_fails if decided({"failed": 1, "exit_code": 1}).reason == "script_failed"

test_one_unsaid_exit_decides_nothing if decided({"unsaid_exits": 1}).reason == "exit_unknown"

test_only_an_exit_of_zero_passes if {
	every code in [null, 1] {
		decided({"exit_code": code}) == open
	}
}
