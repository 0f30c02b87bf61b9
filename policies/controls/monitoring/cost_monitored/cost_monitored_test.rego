package controls.monitoring.cost_monitored_test

import data.controls.monitoring.cost_monitored

notified := {"age_us": 0, "found": 1}

decided(changes, limit) := decision if {
	decision := cost_monitored.decision with input as {
		"row": object.union(notified, changes),
		"parameters": {"max_age_seconds": limit},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_is_enough if {
	decided({}, 10) == {"verdict": "pass", "reason": "notification_present", "observed": 1, "limit": 1}
}

test_none_fails if {
	decided({"found": 0}, 10).verdict == "fail"
	decided({"found": 0}, 10).reason == "notification_missing"
}

test_without_numbers_nothing_is_decided if {
	every value in [null, "1"] {
		decided({"found": value}, 10) == open
		decided({}, value) == open
	}
}

test_the_answer_must_be_young if {
	decided({"age_us": 10000001}, 10).reason == "stale"
	decided({"age_us": null}, 10).reason == "unanswered"
}
