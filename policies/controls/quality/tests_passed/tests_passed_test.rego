package controls.quality.tests_passed_test

import data.controls.quality.tests_passed

good := {
	"total": 100,
	"passed": 96,
	"skipped": 0,
	"executed": 100,
	"of_unknown": 0,
	"of_others": 0,
	"all_passed": 96,
	"all_executed": 100,
	"calls": 1,
	"calls_ok": 1,
	"window_end_us": 100,
}

parameters := {
	"more_than_percent": 95,
	"pooled": false,
	"min_total": 1,
	"skips_allowed": false,
	"of_release": true,
}

decided(changes, parameter_changes) := decision if {
	decision := tests_passed.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_share_is_shown_beside_the_limit if {
	decided({}, {}) == {"verdict": "pass", "reason": "tests_passed", "observed": 960000, "limit": 950000}
	decided({}, {"more_than_percent": null}).limit == 1000000
	decided({"passed": 2, "executed": 3}, {}).observed == 666666
	decided({"passed": 0, "executed": 1}, {}).observed == 0
	decided({"passed": 0, "executed": 0}, {}).observed == null
}

test_what_is_no_count_decides_nothing if {
	every name in ["total", "passed", "skipped", "executed", "of_unknown", "of_others", "all_passed", "all_executed"] {
		every value in [null, "2", true] {
			decided({name: value}, {}) == open
		}
		every pooled in [false, true] {
			changed := tests_passed.decision with input as {
				"row": object.remove(good, [name]),
				"parameters": object.union(parameters, {"pooled": pooled}),
			}
			changed == open
		}
	}
}

test_parameters_of_other_types_decide_nothing if {
	every name in ["skips_allowed", "of_release", "min_total"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
	decided({}, {"more_than_percent": "95"}) == open
	decided({}, {"min_total": true}) == open
	decided({}, {"skips_allowed": 1}) == open
	decided({}, {"of_release": 1}) == open
}

test_limits_at_their_edges if {
	decided({"passed": 1}, {"more_than_percent": 0}).verdict == "pass"
	decided({"passed": 0}, {"more_than_percent": 0}).verdict == "fail"
	decided({"passed": 100}, {"more_than_percent": 100}).verdict == "fail"
	decided({}, {"more_than_percent": 101}) == open
	decided({}, {"more_than_percent": -1}) == open
	decided({}, {"min_total": 0}).reason == "config"
	decided({"passed": 0, "executed": 1}, {}).verdict == "fail"
	decided({"passed": 1, "executed": 1}, {"more_than_percent": 100}).verdict == "fail"
	decided({"of_unknown": 1, "of_others": 1}, {}).reason == "release_unstated"
}

test_one_of_ten_millions_decides if {
	decided({"passed": 9499999, "executed": 10000000}, {}).verdict == "fail"
	decided({"passed": 9500000, "executed": 10000000}, {}).verdict == "fail"
	decided({"passed": 9500001, "executed": 10000000}, {}).verdict == "pass"
	decided({"passed": 9999999, "executed": 10000000}, {"more_than_percent": null}).verdict == "fail"
	decided({"passed": 10000000, "executed": 10000000}, {"more_than_percent": null}).verdict == "pass"
}

test_what_is_not_answered_is_said_first if {
	decided({"calls_ok": 0, "passed": 0}, {}).reason == "coverage"
}
