package controls.deployment.window_elapsed_test

import data.controls.deployment.window_elapsed

good := {
	"slots": 60,
	"slots_alive": 59,
	"records": 1,
	"window_end_us": 100,
	"as_of_us": 100,
}

decided(changes, allowed) := decision if {
	decision := window_elapsed.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"max_unobserved_slots": allowed},
	}
}

outcome(changes, allowed) := [decision.verdict, decision.reason] if {
	decision := decided(changes, allowed)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_slots_are_shown if {
	decided({}, 1) == {"verdict": "pass", "reason": "window_observed", "observed": 59, "limit": 60}
}

test_one_too_many_is_unobserved if {
	outcome({}, 0) == ["inconclusive", "collector_blind"]
	outcome({"slots_alive": 58}, 1) == ["inconclusive", "collector_blind"]
}

test_no_evidence if outcome({"records": 0}, 1) == ["inconclusive", "no_data"]

test_not_over_yet if {
	outcome({"as_of_us": 99, "slots_alive": 0}, 1) == ["inconclusive", "window_incomplete"]
	every value in [null, "100"] {
		outcome({"as_of_us": value}, 1) == ["inconclusive", "window_incomplete"]
		outcome({"window_end_us": value}, 1) == ["inconclusive", "window_incomplete"]
	}
}

test_what_is_no_count_decides_nothing if {
	every name in ["slots", "slots_alive", "records"] {
		every value in [null, "60"] {
			decided({name: value}, 1) == open
		}
	}
	decided({}, null) == open
	decided({}, "1") == open
}
