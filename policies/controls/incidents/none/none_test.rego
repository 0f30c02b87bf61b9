package controls.incidents.none_test

import data.controls.incidents.none

incident := {"role": "incident", "n": 2, "min_severity": "high", "touches": true}

desk := {
	"role": "feed",
	"n": 1,
	"min_severity": "high",
	"touches": null,
	"calls": 1,
	"calls_ok": 1,
	"watermark_us": 100,
	"answered_us": 100,
	"window_end_us": 100,
}

decided(row, severity) := decision if {
	decision := none.decision with input as {"row": row, "parameters": {"min_severity": severity}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_an_incident_fails if {
	decided(incident, "high") == {"verdict": "fail", "reason": "incident", "observed": 2, "limit": "high"}
}

test_an_incident_that_may_be_none_is_open if {
	every value in [null, "true", 1, false] {
		decided(object.union(incident, {"touches": value}), "high") == {
			"verdict": "inconclusive",
			"reason": "incident_unclassified",
			"observed": 2,
			"limit": "high",
		}
	}
}

test_a_desk_passes if decided(desk, "high") == {"verdict": "pass", "reason": "no_incident", "limit": "high"}

test_another_severity_than_was_asked_for_decides_nothing if {
	every row in [incident, desk] {
		decided(row, "critical") == open
		decided(object.union(row, {"min_severity": null}), null) == open
	}
}

test_what_is_no_count_decides_nothing if {
	every row in [incident, desk] {
		every value in [null, "2"] {
			decided(object.union(row, {"n": value}), "high") == open
		}
	}
}

test_another_role_decides_nothing if {
	every row in [incident, desk] {
		decided(object.union(row, {"role": "member"}), "high") == open
	}
}
