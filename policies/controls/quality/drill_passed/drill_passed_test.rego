package controls.quality.drill_passed_test

import data.controls.quality.drill_passed

good := {
	"procedure": "rollback",
	"level": 1,
	"limit_seconds": 120,
	"outcome": "passed",
	"duration_us": 120000000,
	"calls": 1,
	"calls_ok": 1,
	"window_end_us": 100,
}

decided(changes) := decision if {
	decision := drill_passed.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

open := {"verdict": "inconclusive", "reason": "config"}

test_the_duration_is_shown_beside_the_limit if {
	decided({}) == {"verdict": "pass", "reason": "drill_passed", "observed": 120000000, "limit": 120000000}
}

test_what_is_not_declared_decides_nothing if {
	every value in [null, 1] {
		decided({"procedure": value}) == open
	}
	every name in ["level", "limit_seconds"] {
		every value in [null, "1", true] {
			decided({name: value}) == open
		}
	}
	decided({"limit_seconds": 0}) == open
}

test_the_shortest_limit_is_a_second if {
	decided({"limit_seconds": 1, "duration_us": 1000000}).verdict == "pass"
	decided({"limit_seconds": 1, "duration_us": 1000001}).verdict == "fail"
}

test_the_longest_limit_is_a_week if {
	decided({"limit_seconds": 604800}).verdict == "pass"
	decided({"limit_seconds": 604801}) == open
}

test_a_duration_that_is_no_number_is_unknown if {
	every value in [null, "1"] {
		decided({"duration_us": value}).reason == "duration_unknown"
	}
}
