package controls.coverage.source_observed_test

import data.controls.coverage.source_observed

whole := {
	"calls": 2,
	"calls_ok": 2,
	"records": 9,
	"slots": 6,
	"slots_alive": 6,
	"counted": 9,
	"uncounted": 0,
	"mismatched": 0,
	"missing": 0,
}

decided(row, observation) := decision if {
	decision := source_observed.decision with input as {"row": row, "parameters": {"observation": observation}}
}

but(changes, observation) := decided(object.union(whole, changes), observation)

open := {"verdict": "inconclusive", "reason": "coverage"}

test_whole_passes if {
	but({}, "bounded").reason == "collected"
	but({}, "complete").reason == "observed"
	but({"counted": 1}, "complete").reason == "observed"
}

test_a_count_that_is_none_decides_nothing if {
	every column in ["calls", "slots", "slots_alive"] {
		every value in [null, "6"] {
			but({column: value}, "bounded") == open
			but({column: value}, "complete") == open
		}
	}
	but({"calls": "2", "calls_ok": "2"}, "bounded") == open
	but({"slots": "6", "slots_alive": "6"}, "complete") == open
}

test_a_window_without_slots_decides_nothing if {
	but({"slots": 0, "slots_alive": 0}, "bounded") == open
	but({"slots": 0, "slots_alive": 0}, "complete") == open
}

test_another_observation_decides_nothing if decided(whole, "neither") == open

test_less_than_nothing_is_no_evidence if {
	but({"calls": -1, "calls_ok": -1}, "bounded") == open
	but({"calls": -1, "calls_ok": -1}, "complete") == open
	but({"records": -1}, "bounded") == open
	but({"records": null}, "bounded") == open
}

test_quiet_is_not_what_misses_something if but({"counted": 0, "missing": 1}, "complete") == open

test_an_absent_comparison_is_no_agreement if decided(object.remove(whole, ["mismatched"]), "complete") == open
