package controls.quality.scans_clean_test

import data.controls.quality.scans_clean

good := {
	"tools": 1,
	"incomplete": 0,
	"of_unknown": 0,
	"of_others": 0,
	"critical": 0,
	"unrated": 0,
	"calls": 1,
	"calls_ok": 1,
	"window_end_us": 100,
}

parameters := {"max_critical": 0, "min_tools": 1, "of_release": true}

decided(changes, parameter_changes) := decision if {
	decision := scans_clean.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_number_is_shown_beside_the_limit if {
	decided({}, {}) == {"verdict": "pass", "reason": "scan_clean", "observed": 0, "limit": 0}
	decided({"critical": 2}, {"max_critical": 1}) == {"verdict": "fail", "reason": "critical_found", "observed": 2, "limit": 1}
}

test_what_is_no_count_decides_nothing if {
	every name in ["tools", "incomplete", "of_unknown", "of_others", "critical", "unrated"] {
		every value in [null, "2", true] {
			decided({name: value}, {}) == open
		}
		changed := scans_clean.decision with input as {"row": object.remove(good, [name]), "parameters": parameters}
		changed == open
	}
}

test_parameters_of_other_types_decide_nothing if {
	every name in ["max_critical", "min_tools", "of_release"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
	decided({}, {"max_critical": true}) == open
	decided({}, {"min_tools": true}) == open
	decided({}, {"of_release": 1}) == open
}

test_unrated_ones_count_together_with_critical_ones if {
	decided({"critical": 1, "unrated": 1}, {"max_critical": 1}).reason == "scan_unrated"
	decided({"critical": 1, "unrated": 1}, {"max_critical": 2}).reason == "scan_clean"
}
