package controls.routing.fallback_works_test

import data.controls.routing.fallback_works

good := {"declared": true, "fallbacks": 100, "succeeded": 99, "failed": 1, "induced_succeeded": 2}

parameters := {"target_ppm": 990000, "min_induced": 2}

decided(changes, parameter_changes) := decision if {
	decision := fallback_works.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_at_the_target_it_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "fallback_succeeded", "observed": 990000, "limit": 990000}
}

test_what_is_no_count_decides_nothing if {
	every name in ["fallbacks", "succeeded", "failed", "induced_succeeded"] {
		every value in [null, "1"] {
			decided({name: value}, {}) == open
		}
	}
	every name in ["target_ppm", "min_induced"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
}

test_what_is_shown_is_rounded_down if {
	decided({"fallbacks": 3, "succeeded": 2, "failed": 1}, {}).observed == 666666
	decided({"fallbacks": 1, "succeeded": 1, "failed": 0}, {}).observed == 1000000
	decided({"fallbacks": 0, "succeeded": 0, "failed": 0, "induced_succeeded": 0}, {}).observed == null
}

test_one_more_failure_is_below_it if {
	decided({"succeeded": 98, "failed": 2}, {}).reason == "fallback_failed"
	decided({"succeeded": 98, "failed": 1}, {}).reason == "unmeasured"
}

test_an_induced_one_has_to_succeed if {
	decided({"induced_succeeded": 1}, {}).reason == "fallback_not_induced"
	decided({"induced_succeeded": 1}, {"min_induced": 1}).verdict == "pass"
	decided({"induced_succeeded": 0}, {"min_induced": 0}).reason == "config"
}

test_a_route_that_nobody_declared if {
	decided({"declared": false}, {}).reason == "route_unknown"
	decided({"declared": false, "failed": 50}, {}).reason == "route_unknown"
}

test_large_counts_are_compared_exactly if {
	large := {"fallbacks": 100000000, "succeeded": 99000000, "failed": 1000000}
	decided(large, {}).verdict == "pass"
	decided(object.union(large, {"fallbacks": 99999999}), {}).reason == "fallback_failed"
	decided(object.union(large, {"succeeded": 98999999, "failed": 0}), {}).reason == "unmeasured"
}
