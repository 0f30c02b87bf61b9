package controls.monitoring.alarms_configured_test

import data.controls.monitoring.alarms_configured

active := {
	"role": "alarm",
	"kind": "metric",
	"state": "OK",
	"evaluation": null,
	"actions_enabled": true,
	"actions": 1,
	"metric": "P95",
	"age_us": 0,
	"blind_cells": 0,
	"max_age_seconds": 10,
	"newest_us": 1000000000,
	"asked_us": 1000000000,
	"moment_us": 1000000000,
}

decided(changes, parameters) := decision if {
	decision := alarms_configured.decision with input as {
		"row": object.union(active, changes),
		"parameters": object.union({"max_age_seconds": 10, "metric_max_age_seconds": 60}, parameters),
	}
}

test_an_active_alarm_passes if {
	decided({}, {}) == {
		"verdict": "pass",
		"reason": "alarm_active",
		"observed": "OK",
		"limit": ["OK", "ALARM"],
	}
}

test_another_limit_than_the_line_s_decides_nothing if {
	decided({}, {"max_age_seconds": 11}) == {"verdict": "inconclusive", "reason": "no_data"}
}

test_an_alarm_that_is_not_active_fails if {
	every changes, reason in {
		{"actions_enabled": false}: "alarm_actions_disabled",
		{"actions": 0}: "alarm_without_action",
		{"state": "INSUFFICIENT_DATA"}: "alarm_insufficient_data",
		{"state": null}: "alarm_insufficient_data",
		{"evaluation": "PARTIAL_DATA"}: "alarm_not_evaluated",
		{"newest_us": null}: "alarm_metric_silent",
	} {
		found := decided(changes, {})
		found.verdict == "fail"
		found.reason == reason
	}
}

test_what_is_not_said_is_no_pass if {
	every changes, reason in {
		{"actions_enabled": null}: "alarm_unstated",
		{"actions_enabled": "true"}: "alarm_unstated",
		{"metric": null}: "alarm_metric_unknown",
		{"newest_us": null, "asked_us": null}: "metric_unasked",
		{"newest_us": "1", "asked_us": "9999999999"}: "metric_unasked",
		{"role": "missing", "blind_cells": 1}: "unanswered",
	} {
		found := decided(changes, {})
		found.verdict == "inconclusive"
		found.reason == reason
	}
}

test_a_datapoint_of_the_very_age_is_young_enough if {
	decided({"moment_us": 1060000000, "asked_us": 1060000000}, {}).reason == "alarm_active"
	decided({"moment_us": 1060000001, "asked_us": 1060000001}, {}).reason == "alarm_metric_silent"
	decided({"moment_us": 1060000001, "asked_us": 1060000000}, {}).reason == "metric_unasked"
}

test_a_metric_that_was_never_seen_is_silent_when_asked_for_long_enough if {
	decided({"newest_us": null, "asked_us": 60000000}, {}).reason == "metric_unasked"
	decided({"newest_us": null, "asked_us": 60000001}, {}).reason == "alarm_metric_silent"
}

test_datapoints_are_judged_only_where_the_line_says_so if {
	decided({"newest_us": null, "metric": null}, {"metric_max_age_seconds": null}).verdict == "pass"
	decided({"newest_us": null, "metric": null, "kind": "composite"}, {}).verdict == "pass"
}
