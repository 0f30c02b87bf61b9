package controls.service.operations_succeed_test

import data.controls.service.operations_succeed

called := {
	"slots": 100,
	"bad": 1,
	"bad_ppm": 10000,
	"missing": 0,
	"slow": 5,
	"untimed": 0,
	"interval_seconds": 60,
	"latency_limit_us": 5000000,
}

limits := {"failing_ppm": 10000, "min_slots": 100, "interval_seconds": 60, "latency_limit_us": 5000000}

decided(changes, parameters) := decision if {
	decision := operations_succeed.decision with input as {
		"row": object.union(called, changes),
		"parameters": object.union(limits, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_very_shares_pass if {
	decided({}, {}) == {"verdict": "pass", "reason": "operations_succeed", "observed": 10000, "limit": 10000}
}

test_more_fails if {
	decided({"bad": 2}, {}).reason == "operations_failed"
	decided({"bad": 2}, {}).verdict == "fail"
	decided({"slow": 6}, {}).reason == "operations_slow"
	decided({"slow": 6}, {}).verdict == "fail"
}

test_what_is_missing_could_be_bad if {
	decided({"missing": 1}, {}).reason == "coverage"
	decided({"untimed": 1}, {}).reason == "unmeasured"
	decided({"missing": 1, "untimed": 1}, {}).verdict == "inconclusive"
	decided({"bad": 0, "missing": 1, "slow": 4, "untimed": 1}, {}).verdict == "pass"
}

test_shares_are_exact if {
	few := {"slots": 99, "bad": 0, "slow": 5}
	decided(few, {"min_slots": 99}).reason == "operations_slow"
	decided(object.union(few, {"slow": 4, "untimed": 1}), {"min_slots": 99}).reason == "unmeasured"
	one := {"slots": 99, "bad": 1, "slow": 0}
	decided(one, {"min_slots": 99, "failing_ppm": 10101}).reason == "operations_failed"
	decided(one, {"min_slots": 99, "failing_ppm": 10102}).verdict == "pass"
}

test_one_interval_can_pass if {
	decided({"slots": 1, "bad": 0, "slow": 0}, {"min_slots": 1}).verdict == "pass"
}

test_too_few_intervals_decide_nothing if {
	decided({"slots": 99, "bad": 99}, {}).reason == "low_sample"
	decided({"slots": 0, "bad": 0, "slow": 0}, {"min_slots": 0}) == open
}

test_without_numbers_nothing_is_decided if {
	every column in ["slots", "bad", "missing", "slow", "untimed"] {
		every value in [null, "1"] {
			decided({column: value}, {}) == open
		}
	}
	every name in ["failing_ppm", "min_slots", "interval_seconds", "latency_limit_us"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
}

test_the_query_counted_with_the_line_s_limits if {
	every name in ["interval_seconds", "latency_limit_us"] {
		decided({name: 1}, {}) == open
		every value in [null, "1"] {
			decided({name: value}, {name: value}) == open
		}
	}
}
