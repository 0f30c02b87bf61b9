package controls.monitoring.alarm_routing_confirmed_test

import data.controls.monitoring.alarm_routing_confirmed

routed := {
	"role": "alarm",
	"actions_enabled": true,
	"routes": 1,
	"unanswered": 0,
	"age_us": 0,
	"blind_cells": 0,
	"max_age_seconds": 10,
}

decided(changes) := decision if {
	decision := alarm_routing_confirmed.decision with input as {
		"row": object.union(routed, changes),
		"parameters": {"max_age_seconds": 10},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_route_is_enough if {
	decided({"unanswered": 1}) == {"verdict": "pass", "reason": "routing_confirmed", "observed": 1, "limit": 1}
}

test_without_counts_nothing_is_decided if {
	every column in ["routes", "unanswered"] {
		every value in [null, "1"] {
			decided({column: value}) == open
		}
	}
	decided({"max_age_seconds": 9}) == open
}

test_no_route_fails_when_every_topic_answered if {
	decided({"routes": 0}).reason == "routing_unconfirmed"
	decided({"routes": 0}).verdict == "fail"
	decided({"routes": 0, "unanswered": 1}).reason == "unanswered"
	decided({"routes": 0, "unanswered": 1}).verdict == "inconclusive"
}

test_disabled_actions_route_nothing if {
	decided({"actions_enabled": false}).verdict == "fail"
	every said in [null, "true"] {
		decided({"actions_enabled": said}).reason == "alarm_unstated"
	}
}

test_what_is_no_alarm_is_judged_as_such if {
	decided({"role": "cell"}).reason == "answered"
	decided({"role": "missing"}).reason == "alarm_missing"
}
