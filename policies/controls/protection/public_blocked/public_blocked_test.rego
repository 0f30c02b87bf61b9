package controls.protection.public_blocked_test

import data.controls.protection.public_blocked

decided(changes) := decision if {
	good := {"role": "fact", "status": null, "age_us": 0, "signed": false, "public_blocked": true}
	decision := public_blocked.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"max_age_seconds": 10},
	}
}

test_blocked_passes if decided({}) == {"verdict": "pass", "reason": "public_blocked"}

test_not_blocked_fails if decided({"public_blocked": false}).reason == "public_possible"

test_what_is_not_stated_is_not_known if {
	every value in [null, "true", 1] {
		decided({"public_blocked": value}).reason == "public_unstated"
	}
}

test_only_a_signature_excuses if {
	decided({"public_blocked": false, "signed": true}).verdict == "not_applicable"
	decided({"public_blocked": false, "signed": "true"}).verdict == "fail"
}

test_an_old_answer_is_stale if decided({"age_us": 10000001}).reason == "stale"
