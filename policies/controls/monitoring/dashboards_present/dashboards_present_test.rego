package controls.monitoring.dashboards_present_test

import data.controls.monitoring.dashboards_present

shown := {"listed": true, "listed_age_us": 0, "read_age_us": 0, "widgets": 1}

decided(changes, parameters) := decision if {
	decision := dashboards_present.decision with input as {
		"row": object.union(shown, changes),
		"parameters": object.union({"max_age_seconds": 10, "min_widgets": 1}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_dashboard_that_shows_enough_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "dashboard_present", "observed": 1, "limit": 1}
}

test_one_that_shows_less_fails if decided({}, {"min_widgets": 2}).reason == "dashboard_empty"

test_one_of_which_no_widgets_are_known_is_no_pass if {
	decided({"widgets": "1"}, {}) == open
	decided({"widgets": null}, {}).verdict != "pass"
}

test_one_that_is_not_listed_fails if decided({"listed": false}, {}).reason == "dashboard_missing"

test_both_answers_must_be_young if {
	every age in ["listed_age_us", "read_age_us"] {
		decided({age: null}, {}).reason == "unanswered"
		decided({age: 10000001}, {}).reason == "stale"
		decided({age: 10000000}, {}).verdict == "pass"
	}
}

test_without_limits_nothing_is_decided if {
	every name in ["max_age_seconds", "min_widgets"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
	every listed in [null, "true"] {
		decided({"listed": listed}, {}) == open
	}
}
