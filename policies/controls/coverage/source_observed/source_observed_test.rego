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
	"listed": 9,
	"held": 9,
	"whole_listed": 12,
	"whole_held": 12,
	"age_us": 5000000,
}

decided(row, observation) := decision if {
	decision := source_observed.decision with input as {
		"row": row,
		"parameters": {"observation": observation, "max_age_seconds": 5},
	}
}

but(changes, observation) := decided(object.union(whole, changes), observation)

open := {"verdict": "inconclusive", "reason": "coverage"}

test_whole_passes if {
	but({}, "bounded").reason == "collected"
	but({}, "complete").reason == "observed"
	but({"counted": 1}, "complete").reason == "observed"
	but({"records": 1}, "bounded").reason == "collected"
	but({"calls": 1, "calls_ok": 1}, "bounded").reason == "collected"
	but({"slots": 1, "slots_alive": 1}, "complete").reason == "observed"
	but({}, "snapshot").reason == "listed"
}

test_a_count_that_is_none_decides_nothing if {
	every column in ["calls", "slots", "slots_alive"] {
		every value in [null, "6"] {
			but({column: value}, "bounded") == open
			but({column: value}, "complete") == open
		}
	}
	but({"calls": "2", "calls_ok": "2"}, "bounded") == open
	but({"records": "9"}, "bounded") == open
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
	but({"calls": -1, "calls_ok": -1}, "snapshot") == open
	but({"records": -1}, "bounded") == open
	but({"records": null}, "bounded") == open
}

test_quiet_is_not_what_misses_something if but({"counted": 0, "missing": 1}, "complete") == open

test_a_cell_without_calls_is_absent if {
	but({"calls": 0, "calls_ok": 0}, "bounded").reason == "coverage_absent"
	but({"calls": 0, "calls_ok": 0}, "complete").reason == "coverage_absent"
}

test_an_absent_comparison_is_no_agreement if {
	decided(object.remove(whole, ["mismatched"]), "complete") == open
	decided(object.remove(whole, ["held"]), "snapshot") == open
}

test_a_snapshot_holds_what_its_cell_listed if {
	but({"held": 8}, "snapshot").reason == "count_mismatch"
	but({"held": 10}, "snapshot").reason == "count_mismatch"
}

test_a_snapshot_holds_what_its_source_listed if {
	but({"whole_held": 11}, "snapshot").reason == "count_mismatch"
	but({"whole_held": 13}, "snapshot").reason == "count_mismatch"
}

test_an_empty_source_proves_nothing if {
	but({"listed": 0, "held": 0, "whole_listed": 0, "whole_held": 0}, "snapshot") == open
	but({"listed": 0, "held": 0, "whole_listed": 1, "whole_held": 1}, "snapshot").reason == "listed"
}

test_a_snapshot_is_stale_after_its_age if {
	but({"age_us": 5000001}, "snapshot").reason == "stale"
}

inventory := {
	"calls": 1,
	"calls_ok": 1,
	"slots": 6,
	"slots_alive": 0,
	"listed": 1,
	"held": 1,
	"whole_listed": 1,
	"whole_held": 1,
	"age_us": 300000000,
}

listed(changes) := decision if {
	decision := source_observed.decision with input as {
		"row": object.union(inventory, changes),
		"parameters": {"observation": "snapshot", "max_age_seconds": 300},
	}
}

test_one_resource_is_an_inventory if listed({}).reason == "listed"

test_an_inventory_of_no_calls_is_none if {
	listed({"calls": 0, "calls_ok": 0}).verdict == "inconclusive"
	listed({"calls": -1, "calls_ok": -1}).verdict == "inconclusive"
}

test_an_inventory_that_holds_nobody_knows_what_is_none if {
	every name in ["held", "whole_held"] {
		decision := source_observed.decision with input as {
			"row": object.remove(inventory, [name]),
			"parameters": {"observation": "snapshot", "max_age_seconds": 300},
		}
		decision.verdict == "inconclusive"
	}
}

test_a_microsecond_too_old_is_stale if listed({"age_us": 300000001}).reason == "stale"

test_what_is_no_age_is_unknown if {
	every age in [null, "young", true] {
		listed({"age_us": age}).reason == "age_unknown"
	}
}

refused(status, observation) := but({"calls_ok": 1, "unanswered_status": status, "unanswered_call": "ListX"}, observation)

test_a_call_that_was_not_answered_is_named if {
	every observation in ["bounded", "complete", "snapshot"] {
		refused("denied", observation) == {"verdict": "inconclusive", "reason": "call_denied", "observed": "ListX", "limit": null}
		refused("unknown_region", observation).reason == "region_unknown"
		refused("", observation).reason == "coverage"
		refused("ok", observation).reason == "coverage"
	}
}
