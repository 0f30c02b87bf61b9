package controls.quality.validation_accuracy_test

import data.controls.quality.validation_accuracy

good := {"total": 100, "wrong": 14, "calls": 1, "calls_ok": 1, "window_end_us": 100}

parameters := {"wrong_limit_ppm": 150000, "min_samples": 100, "reading": "census"}

decided(changes, parameter_changes, assured) := decision if {
	decision := validation_accuracy.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": assured,
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_share_is_shown_beside_the_limit if {
	decided({}, {}, null) == {"verdict": "pass", "reason": "accuracy_reached", "observed": 140000, "limit": 150000}
	decided({"total": 300, "wrong": 200}, {}, null).observed == 666666
	decided({"total": 1, "wrong": 1}, {}, null).observed == 1000000
	decided({"total": 0, "wrong": 0}, {}, null).observed == null
}

test_what_is_no_count_decides_nothing if {
	every value in [null, "2"] {
		decided({"total": value}, {}, null) == open
		decided({"wrong": value}, {}, null) == open
		decided({}, {"wrong_limit_ppm": value}, null) == open
		decided({}, {"min_samples": value}, null) == open
	}
}

test_limits_at_their_edges if {
	decided({"wrong": 0}, {"wrong_limit_ppm": 1}, null).verdict == "pass"
	decided({"wrong": 99}, {"wrong_limit_ppm": 1000000}, null).verdict == "pass"
	decided({"total": 10000000, "wrong": 1499999}, {}, null).verdict == "pass"
	decided({"total": 10000000, "wrong": 1500000}, {}, null).verdict == "fail"
	decided({}, {"wrong_limit_ppm": 0}, null).reason == "config"
	decided({}, {"wrong_limit_ppm": 1000001}, null).reason == "config"
	decided({}, {"min_samples": 0}, null).reason == "config"
	decided({"total": 1, "wrong": 0}, {"min_samples": 1}, null).verdict == "pass"
}

test_a_reading_that_nobody_knows_settles_nothing if {
	every reading in [null, "guess"] {
		decided({}, {"reading": reading}, "pass").reason == "ci_straddles"
		decided({"wrong": 20}, {"reading": reading}, "fail").reason == "ci_straddles"
	}
}

test_the_assured_reading_has_to_agree if {
	decided({}, {"reading": "assured"}, "pass").verdict == "pass"
	decided({}, {"reading": "assured"}, "fail").reason == "ci_straddles"
	decided({"wrong": 15}, {"reading": "assured"}, "pass").reason == "ci_straddles"
	decided({"wrong": 15}, {"reading": "assured"}, "fail").verdict == "fail"
	decided({}, {"reading": "assured"}, null).reason == "ci_straddles"
}
