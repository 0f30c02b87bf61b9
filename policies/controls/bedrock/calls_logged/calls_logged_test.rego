package controls.bedrock.calls_logged_test

import data.controls.bedrock.calls_logged

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"enabled": true,
	"calls": 3,
	"unlogged": 0,
	"unnamed": 0,
	"pending": 0,
	"silent_logs": 0,
}

parameters := {"delivery_seconds": 60, "max_age_seconds": 10, "log_sources": ["log"]}

decided(changes, parameter_changes) := decision if {
	decision := calls_logged.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_every_call_is_logged if {
	decided({}, {}) == {"verdict": "pass", "reason": "calls_logged", "observed": 0, "limit": 3}
}

test_without_the_log_only_the_switch_is_judged if {
	decided({"unlogged": 3, "silent_logs": 1}, {"log_sources": null}).reason == "logging_on"
	decided({"enabled": false}, {"log_sources": null}).reason == "logging_off"
}

test_the_order_of_what_falls_short if {
	decided({"enabled": false, "silent_logs": 1}, {}).reason == "logging_off"
	decided({"silent_logs": 1, "pending": 1}, {}).reason == "coverage"
	decided({"pending": 1, "unlogged": 1}, {}).reason == "window_incomplete"
	decided({"unlogged": 1, "unnamed": 1}, {}).reason == "calls_unlogged"
	decided({"unnamed": 1}, {}).reason == "request_unnamed"
}

test_what_is_no_count_is_no_data if {
	every name in ["calls", "unlogged", "unnamed", "pending", "silent_logs", "enabled"] {
		every value in [null, "0"] {
			decided({name: value}, {}).reason == "no_data"
		}
	}
}

test_an_old_answer_is_stale if decided({"age_us": 10000001}, {}).reason == "stale"

test_without_a_delivery_time_nothing_is_decided if decided({}, {"delivery_seconds": null}).verdict == "inconclusive"
