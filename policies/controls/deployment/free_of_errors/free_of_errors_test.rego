package controls.deployment.free_of_errors_test

import data.controls.deployment.free_of_errors

good := {
	"starts": 1,
	"ended_us": 100,
	"written": 5,
	"held": 5,
	"errors": 0,
	"warnings": 0,
	"undeclared": 0,
}

decided(changes) := decision if {
	decision := free_of_errors.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_was_counted_is_shown if {
	decided({}) == {
		"verdict": "pass",
		"reason": "deployment_clean",
		"observed": {"errors": 0, "warnings": 0},
		"limit": 0,
	}
}

test_one_is_too_many if {
	outcome({"errors": 1}) == ["fail", "deployment_errors"]
	outcome({"warnings": 1}) == ["fail", "deployment_errors"]
	outcome({"warnings": 1, "undeclared": 1, "held": 4}) == ["fail", "deployment_errors"]
}

test_what_nobody_declared if {
	outcome({"undeclared": 1}) == ["inconclusive", "undeclared_events"]
	outcome({"undeclared": 1, "held": 4}) == ["inconclusive", "undeclared_events"]
}

test_what_is_missing if outcome({"held": 4}) == ["inconclusive", "log_incomplete"]

test_what_is_no_count_decides_nothing if {
	every name in ["errors", "warnings", "undeclared"] {
		every value in [null, "0"] {
			decided({name: value}) == open
			decided(object.union({"undeclared": 1}, {name: value})) == open
		}
	}
}

test_counts_that_cannot_be_decide_nothing if {
	decided({"errors": -1}).verdict == "inconclusive"
	decided({"errors": 1, "warnings": -1}).verdict == "inconclusive"
	decided({"warnings": -1}).verdict == "inconclusive"
}
