package controls.recovery.health_restored_test

import data.controls.recovery.health_restored

good := {"minutes": 10, "checks": 10, "good_run": 5, "possible_run": 5}

decided(changes) := decision if {
	decision := health_restored.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"good_minutes": 5},
	}
}

test_exactly_enough_minutes if decided({}) == {"verdict": "pass", "reason": "health_restored", "observed": 5, "limit": 5}

test_one_too_few if {
	decided({"good_run": 4}).reason == "coverage"
	decided({"good_run": 4, "possible_run": 4}).reason == "health_not_restored"
}

test_what_is_no_count_decides_nothing if {
	every column in ["checks", "good_run"] {
		every value in [null, "5"] {
			decided({column: value}) == {"verdict": "inconclusive", "reason": "no_data"}
		}
	}
}

test_one_check_is_some if decided({"checks": 1}).verdict == "pass"

test_no_check_is_no_data if decided({"checks": 0}).reason == "no_data"
