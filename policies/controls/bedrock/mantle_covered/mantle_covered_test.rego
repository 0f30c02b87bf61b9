package controls.bedrock.mantle_covered_test

import data.controls.bedrock.mantle_covered

quiet := {"seen": 0, "evidenced": 0, "inferences": null, "asked": 1, "listed": 1}

decided(changes) := decision if {
	decision := mantle_covered.decision with input as {"row": object.union(quiet, changes), "parameters": {}}
}

test_a_door_that_was_asked_for_and_is_unused_passes if decided({}).reason == "door_unused"

test_a_door_that_nobody_asked_for_is_not_known if decided({"asked": 0, "listed": 1}).reason == "metric_unasked"

test_use_without_evidence_fails if {
	decided({"seen": 1}).reason == "door_uncovered"
	decided({"inferences": 1}).reason == "door_uncovered"
	decided({"seen": 1, "asked": 0, "listed": 1}).verdict == "fail"
}

test_as_many_events_as_calls_are_enough if {
	decided({"seen": 1, "evidenced": 3, "inferences": 3}).reason == "door_covered"
	decided({"seen": 1, "evidenced": 2, "inferences": 3}).reason == "door_undercounted"
}

test_calls_that_nobody_counted_prove_no_cover if {
	every value in [null, "3"] {
		decided({"seen": 1, "evidenced": 3, "inferences": value}).reason == "door_uncounted"
	}
}

test_what_is_no_count_is_no_data if {
	every name in ["seen", "evidenced", "asked"] {
		every value in [null, "1"] {
			decided({name: value}) == {"verdict": "inconclusive", "reason": "no_data"}
		}
	}
}
