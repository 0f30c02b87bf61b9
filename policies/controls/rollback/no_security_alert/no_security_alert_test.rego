package controls.rollback.no_security_alert_test

import data.controls.rollback.no_security_alert

alert := {"role": "alert", "n": 2, "min_severity": "high"}

feed := {
	"role": "feed",
	"n": 1,
	"min_severity": "high",
	"calls": 1,
	"calls_ok": 1,
	"watermark_us": 100,
	"answered_us": 100,
	"window_end_us": 100,
}

decided(row, severity) := decision if {
	decision := no_security_alert.decision with input as {"row": row, "parameters": {"min_severity": severity}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_an_alert_fires if {
	decided(alert, "high") == {"verdict": "fail", "reason": "security_alert", "observed": 2, "limit": "high"}
}

test_a_feed_passes if decided(feed, "high") == {"verdict": "pass", "reason": "no_alert", "limit": "high"}

test_another_severity_than_was_asked_for_decides_nothing if {
	every row in [alert, feed] {
		decided(row, "critical") == open
		decided(object.union(row, {"min_severity": null}), null) == open
	}
}

test_what_is_no_count_decides_nothing if {
	every row in [alert, feed] {
		every value in [null, "2"] {
			decided(object.union(row, {"n": value}), "high") == open
		}
	}
}

test_another_role_decides_nothing if decided(object.union(feed, {"role": "member"}), "high") == open
