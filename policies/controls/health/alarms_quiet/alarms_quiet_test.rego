package controls.health.alarms_quiet_test

import data.controls.health.alarms_quiet

quiet := {"role": "alarm", "state": "OK", "age_us": 0, "blind_cells": 0, "max_age_seconds": 10}

decided(changes, seconds) := decision if {
	decision := alarms_quiet.decision with input as {
		"row": object.union(quiet, changes),
		"parameters": {"max_age_seconds": seconds},
	}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes, 10)
}

test_the_state_is_shown if {
	decided({}, 10) == {"verdict": "pass", "reason": "alarm_quiet", "observed": "OK", "limit": "OK"}
}

test_going_off if outcome({"state": "ALARM"}) == ["fail", "alarm_firing"]

test_without_enough_data if {
	every state in ["INSUFFICIENT_DATA", null] {
		outcome({"state": state}) == ["inconclusive", "alarm_undecided"]
	}
}

test_what_is_not_known_comes_first if {
	outcome({"state": "ALARM", "age_us": 10000001}) == ["inconclusive", "stale"]
	outcome({"state": "ALARM", "age_us": null}) == ["inconclusive", "unanswered"]
	outcome({"role": "missing"}) == ["fail", "alarm_missing"]
	outcome({"role": "cell", "state": null}) == ["pass", "answered"]
}

test_another_limit_than_the_line_s_decides_nothing if {
	decided({}, 11) == {"verdict": "inconclusive", "reason": "no_data"}
}
