package controls.trail.records_inference_test

import data.controls.trail.records_inference

cell := {
	"age_us": 10000000,
	"max_age_seconds": 10,
	"trails": 1,
	"logging": 1,
	"reads": 1,
	"bedrock": 1,
	"validated": 1,
	"possible": 1,
	"certain": 1,
}

decided(changes, limit) := decision if {
	decision := records_inference.decision with input as {
		"row": object.union(cell, changes),
		"parameters": {"max_age_seconds": limit},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_trail_that_does_it_all_is_enough if {
	decided({}, 10) == {"verdict": "pass", "reason": "inference_recorded", "observed": 1}
	decided({"trails": 3}, 10).verdict == "pass"
}

test_each_condition_fails_by_its_name if {
	reasons := {
		"trails": "trail_absent",
		"logging": "trail_stopped",
		"reads": "trail_records_no_reads",
		"bedrock": "trail_excludes_bedrock",
		"validated": "trail_without_digests",
		"possible": "trail_not_delivered",
	}
	every name, reason in reasons {
		decided({name: 0}, 10).verdict == "fail"
		decided({name: 0}, 10).reason == reason
	}
}

test_what_is_only_possible_is_open if decided({"certain": 0}, 10).reason == "unanswered"

test_an_answer_of_the_very_age_is_young_enough if {
	decided({"age_us": 10000001}, 10).reason == "stale"
	decided({"age_us": null}, 10).reason == "unanswered"
}

test_counted_otherwise_than_asked_decides_nothing if {
	decided({}, 9) == open
	decided({"max_age_seconds": null}, null) == open
}

test_what_is_no_count_decides_nothing if {
	every name in ["trails", "logging", "reads", "bedrock", "validated", "possible", "certain"] {
		every value in [null, "1"] {
			decided({name: value}, 10) == open
		}
	}
}
