package controls.documents.notice_sent_test

import data.controls.documents.notice_sent

good := {
	"sent": 2,
	"received": 2,
	"late": 0,
	"overdue": 0,
	"slowest_us": 5,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 100,
	"window_end_us": 100,
}

decided(changes, seconds) := decision if {
	decision := notice_sent.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"receipt_seconds": seconds},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_slowest_is_shown_beside_the_limit if {
	decided({}, 60) == {"verdict": "pass", "reason": "notice_received", "observed": 5, "limit": 60000000}
	decided({}, null) == {"verdict": "pass", "reason": "notice_sent", "observed": 5, "limit": null}
}

test_what_is_no_count_decides_nothing if {
	every name in ["sent", "received", "late", "overdue"] {
		every value in [null, "2", true] {
			decided({name: value}, 60) == open
		}
		changed := notice_sent.decision with input as {
			"row": object.remove(good, [name]),
			"parameters": {"receipt_seconds": 60},
		}
		changed == open
	}
}

test_a_limit_is_a_number_or_none if {
	every value in ["60", true] {
		decided({}, value) == open
	}
	decided({}, 0).reason == "config"
	decided({}, 1).verdict == "pass"
}

test_one_of_two_is_not_all if {
	decided({"received": 1}, 60).reason == "notice_unconfirmed"
	decided({"overdue": 1}, 60).reason == "notice_unreceived"
	decided({"late": 1}, 60).reason == "notice_late"
}

test_none_is_none_however_it_is_asked if {
	every seconds in [null, 60] {
		decided({"sent": 0, "received": 0}, seconds).reason == "notice_unsent"
		decided({"sent": 0, "received": 0, "answered_us": 99}, seconds).reason == "notice_unseen"
	}
	decided({"sent": 1, "received": 1}, 60).verdict == "pass"
}
