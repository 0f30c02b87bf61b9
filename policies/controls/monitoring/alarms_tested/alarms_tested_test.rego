package controls.monitoring.alarms_tested_test

import data.controls.monitoring.alarms_tested

tested := {
	"role": "alarm",
	"good_us": 1000000000,
	"failed_us": null,
	"history_age_us": 0,
	"age_us": 0,
	"blind_cells": 0,
	"max_age_seconds": 10,
	"moment_us": 1060000000,
}

decided(changes, parameters) := decision if {
	decision := alarms_tested.decision with input as {
		"row": object.union(tested, changes),
		"parameters": object.union({"max_age_seconds": 10, "tested_within_seconds": 60}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_test_of_the_very_age_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "alarm_tested", "observed": 60000000, "limit": 60000000}
	decided({"moment_us": 1060000001}, {}).reason == "alarm_untested"
	decided({"moment_us": 1060000001}, {}).verdict == "fail"
}

test_an_alarm_that_was_never_tested_fails if {
	every instant in [null, "1000000000"] {
		found := decided({"good_us": instant}, {})
		found.verdict == "fail"
		found.reason == "alarm_untested"
		found.observed == null
	}
}

test_a_later_failure_fails if {
	decided({"failed_us": 1000000000}, {}).reason == "alarm_action_failed"
	decided({"failed_us": 999999999}, {}).verdict == "pass"
	decided({"failed_us": 1, "good_us": null}, {}).reason == "alarm_action_failed"
	decided({"failed_us": 1}, {}).verdict == "pass"
}

test_without_a_success_any_failure_is_the_last if {
	decided({"failed_us": 0, "good_us": null}, {}).reason == "alarm_action_failed"
	decided({"failed_us": -1, "good_us": null}, {}).reason == "alarm_untested"
}

test_without_a_recent_history_nothing_is_decided if {
	decided({"history_age_us": null}, {}).reason == "unanswered"
	decided({"history_age_us": 10000001}, {}).reason == "stale"
}

test_what_is_no_number_decides_nothing if {
	decided({"moment_us": null}, {}) == open
	decided({"moment_us": "1"}, {}) == open
	decided({}, {"tested_within_seconds": null}) == open
	decided({}, {"tested_within_seconds": "60"}) == open
	decided({"max_age_seconds": 9}, {}) == open
}

test_what_is_no_alarm_is_judged_as_such if {
	decided({"role": "cell"}, {}).reason == "answered"
}
