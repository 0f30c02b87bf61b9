package controls.deadlines.erasure_complete_test

import data.controls.deadlines.erasure_complete

place := {
	"role": "place",
	"closed_day": 20100,
	"outcome": "granted",
	"now_day": 20110,
	"state": "deleted",
	"expires_day": null,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 10,
	"window_end_us": 10,
}

decided(changes, days) := decision if {
	decision := erasure_complete.decision with input as {"row": object.union(place, changes), "parameters": {"max_expiry_days": days}}
}

told(changes) := [decided(changes, 30).verdict, decided(changes, 30).reason]

open := {"verdict": "inconclusive", "reason": "no_data"}

test_states if {
	told({}) == ["pass", "erased"]
	told({"state": "absent"}) == ["pass", "erasure_held_nothing"]
	told({"state": "exempt"}) == ["fail", "erasure_contradicted"]
	told({"state": "exempt", "outcome": "partly_granted"}) == ["pass", "erasure_exempt"]
	told({"state": "kept"}) == ["inconclusive", "no_data"]
	told({"state": null}) == ["fail", "erasure_unrecorded"]
	told({"state": null, "answered_us": 9}) == ["inconclusive", "answered_early"]
}

test_what_expires if {
	decided({"state": "expires", "expires_day": 20130}, 30) == {"verdict": "pass", "reason": "erasure_expires", "observed": "2025-02-11", "limit": "2025-02-11"}
	decided({"state": "expires", "expires_day": 20131}, 30) == {
		"verdict": "fail",
		"reason": "erasure_expires_late",
		"observed": "2025-02-12",
		"limit": "2025-02-11",
	}
	told({"state": "expires", "expires_day": 20110}) == ["pass", "erasure_expires"]
	told({"state": "expires", "expires_day": 20109}) == ["inconclusive", "erasure_unconfirmed"]
	told({"state": "expires", "expires_day": "20120"}) == ["inconclusive", "erasure_unconfirmed"]
}

test_what_was_not_granted if {
	told({"outcome": "refused"}) == ["not_applicable", "erasure_not_granted"]
	told({"outcome": "withdrawn"}) == ["not_applicable", "erasure_not_granted"]
	told({"outcome": null}) == ["inconclusive", "outcome_unknown"]
	told({"closed_day": null}) == ["inconclusive", "not_elapsed"]
}

test_what_is_no_number_decides_nothing if {
	decided({}, null) == open
	decided({"now_day": "20110"}, 30) == open
	decided({"role": "member"}, 30) == open
}

test_a_register_is_read_or_not if {
	told({"role": "register"}) == ["pass", "register_read"]
	told({"role": "register", "answered_us": 9}) == ["inconclusive", "answered_early"]
}
