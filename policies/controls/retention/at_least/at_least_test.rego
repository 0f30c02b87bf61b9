package controls.retention.at_least_test

import data.controls.retention.at_least

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"days": 184,
	"group_days": null,
	"oldest_us": 100,
	"required_us": 100,
	"min_days": 184,
}

parameters := {"min_days": 184, "min_group_days": 365, "slack_seconds": 0, "max_age_seconds": 10}

decided(changes, parameter_changes) := decision if {
	decision := at_least.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_six_months_are_enough if {
	decided({}, {}) == {"verdict": "pass", "reason": "retention_long_enough", "observed": 184, "limit": 184}
	decided({"days": null}, {}).reason == "never_deleted_here"
}

test_180_days_are_less_than_six_months if {
	decided({"days": 183}, {}).reason == "retention_short"
	decided({"days": 180, "group_days": 180}, {}).limit == 365
	decided({"days": 364, "group_days": 364}, {}).reason == "retention_short"
	decided({"days": 365, "group_days": 365}, {}).verdict == "pass"
}

test_fewer_days_than_six_months_decide_nothing if {
	every changes in [
		{"min_days": 183},
		{"min_days": null},
		{"min_days": "184"},
		{"min_group_days": 183},
		{"min_group_days": null},
		{"slack_seconds": null},
	] {
		decided({}, changes) == {"verdict": "inconclusive", "reason": "config"}
	}
	decided({"min_days": 185}, {}).reason == "config"
}

test_the_records_must_be_there if {
	decided({"oldest_us": 99}, {}).reason == "records_missing"
	decided({"oldest_us": 99}, {"slack_seconds": 1}).verdict == "pass"
	every value in [null, "100"] {
		decided({"oldest_us": value}, {}).reason == "oldest_unknown"
		decided({"required_us": value}, {}).reason == "no_data"
	}
}

test_days_are_a_number_or_none if decided({"days": "200"}, {}).verdict == "inconclusive"
