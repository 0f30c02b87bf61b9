package controls.routing.operations_functional_test

import data.controls.routing.operations_functional

good := {
	"operation": "emergency",
	"attempts": 60,
	"succeeded": 60,
	"late": 3,
	"unknown": 0,
	"budget_us": 5000000,
	"p95_us": 900000,
}

decided(changes, assured, floor) := decision if {
	decision := operations_functional.decision with input as {
		"row": object.union(good, changes),
		"assured": assured,
		"parameters": {"min_samples": floor},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_good_passes if {
	decided({}, null, 60) == {"verdict": "pass", "reason": "operation_functional", "observed": 900000, "limit": 5000000}
	decided({"succeeded": 1}, null, 60).verdict == "pass"
}

test_what_is_no_count_decides_nothing if {
	every name in ["attempts", "succeeded", "late", "unknown"] {
		every value in [null, "3"] {
			decided({name: value}, "fail", 60) == open
		}
	}
	decided({}, "fail", null) == open
	decided({}, "fail", "60") == open
}

test_without_budget_or_operation_nothing_is_decided if {
	every value in [null, "5000000"] {
		decided({"budget_us": value}, "fail", 60).reason == "config"
	}
	decided({"operation": null}, "fail", 60).reason == "config"
	decided({"operation": null}, null, 60).verdict == "inconclusive"
	decided({"budget_us": null}, null, 60).verdict == "inconclusive"
}

test_one_more_is_late if decided({"late": 4}, null, 60).reason == "operation_late"

test_below_the_floor_only_certainty_fails if {
	decided({"late": 4}, null, 61).reason == "low_sample"
	decided({"late": 4}, "pass", 61).reason == "low_sample"
	decided({"late": 4}, "fail", 61).reason == "operation_late"
}

test_none_is_no_data_whatever_the_floor if decided({"attempts": 0, "succeeded": 0, "late": 0}, null, 0) == object.union(open, {"observed": 900000, "limit": 5000000})

test_what_is_unknown_may_be_late if {
	decided({"late": 0, "unknown": 3}, null, 60).verdict == "pass"
	decided({"late": 0, "unknown": 4}, null, 60).reason == "unmeasured"
	decided({"late": 2, "unknown": 2}, null, 60).reason == "unmeasured"
}

test_without_a_success_nothing_is_functional if decided({"succeeded": 0, "late": 0}, null, 60).reason == "unmeasured"

test_three_of_fifty_nine_are_more_than_one_in_twenty if {
	decided({"attempts": 59}, null, 59).reason == "operation_late"
	decided({"attempts": 59, "late": 0, "unknown": 3}, null, 59).reason == "unmeasured"
}
