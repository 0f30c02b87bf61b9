package controls.deadlines.request_answered_test

import data.controls.deadlines.request_answered
import data.lib.calendar

# Received on 2025-01-31, a Friday: due on 2025-02-28.
asked := {
	"role": "request",
	"member_state": "DE",
	"received_day": 20119,
	"suspended_day": null,
	"resumed_day": null,
	"extension_day": null,
	"extension_reasoned": null,
	"closed_day": 20147,
	"outcome": "granted",
	"refusal_reasoned": null,
	"now_day": 20300,
}

decided(changes) := decision if {
	decision := request_answered.decision with input as {
		"row": object.union(asked, changes),
		"parameters": {"months": 1, "extension_months": 2},
	}
}

told(changes) := [decided(changes)[name] | some name in ["verdict", "reason", "limit"]]

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_last_day_passes_and_the_next_one_fails if {
	decided({}) == {"verdict": "pass", "reason": "request_answered", "observed": "2025-02-28", "limit": "2025-02-28"}
	told({"closed_day": 20148}) == ["fail", "request_late", "2025-02-28"]
}

test_a_refusal_needs_its_reasons if {
	every outcome in ["refused", "partly_granted"] {
		told({"outcome": outcome, "refusal_reasoned": true})[0] == "pass"
		told({"outcome": outcome, "refusal_reasoned": false})[1] == "refusal_unreasoned"
		every value in [null, "true", 1] {
			told({"outcome": outcome, "refusal_reasoned": value})[1] == "outcome_unknown"
		}
	}
	told({"outcome": null})[0] == "inconclusive"
	told({"outcome": "withdrawn"})[0] == "not_applicable"
	told({"outcome": "withdrawn", "closed_day": 20148})[1] == "request_late"
}

test_an_open_one_is_never_a_pass if {
	told({"closed_day": null, "now_day": 20147}) == ["inconclusive", "not_elapsed", "2025-02-28"]
	told({"closed_day": null, "now_day": 20148}) == ["fail", "request_overdue", "2025-02-28"]
}

test_a_suspension_shifts_the_end if {
	told({"suspended_day": 20120, "resumed_day": 20127}) == ["pass", "request_answered", "2025-03-07"]
	told({"suspended_day": 20120, "resumed_day": 20127, "closed_day": 20154})[0] == "pass"
	told({"suspended_day": 20120, "resumed_day": 20127, "closed_day": 20155})[1] == "request_late"
	told({"suspended_day": 20148, "resumed_day": 20160}) == ["pass", "request_answered", "2025-02-28"]
	told({"suspended_day": 20118, "resumed_day": 20160}) == ["pass", "request_answered", "2025-02-28"]
	told({"suspended_day": 20147, "closed_day": null, "now_day": 20200})[1] == "request_suspended"
	told({"suspended_day": 20148, "closed_day": null, "now_day": 20200})[1] == "request_overdue"
	told({"suspended_day": 20120, "closed_day": 20200})[0] == "pass"
	told({"suspended_day": 20130, "resumed_day": 20120})[2] == "2025-02-28"
}

test_an_extension_counts_when_it_was_told_in_time_with_reasons if {
	extended := {"extension_day": 20147, "extension_reasoned": true, "closed_day": 20208}
	told(extended) == ["pass", "request_answered", "2025-04-30"]
	told(object.union(extended, {"closed_day": 20209}))[1] == "request_late"
	told(object.union(extended, {"extension_day": 20148})) == ["fail", "request_late", "2025-02-28"]
	every value in [false, null, "true"] {
		told(object.union(extended, {"extension_reasoned": value}))[1] == "request_late"
	}
}

test_what_is_no_number_decides_nothing if {
	every name in ["received_day", "now_day"] {
		every value in [null, "20119"] {
			decided({name: value}) == open
		}
	}
	decided({"now_day": 20118}) == open
	decided({"role": "member"}) == open
}

test_an_unknown_calendar_decides_nothing if {
	every state in ["GB", null, ""] {
		decided({"member_state": state}) == {"verdict": "inconclusive", "reason": "calendar_unknown"}
	}
	late := calendar.number(2035, 11, 30)
	decided({"received_day": late, "extension_day": late, "extension_reasoned": true, "closed_day": late + 60, "now_day": late + 60}) == {
		"verdict": "inconclusive",
		"reason": "calendar_unknown",
	}
}

test_a_register_is_read_or_not if {
	register := {"role": "register", "calls": 1, "calls_ok": 1, "answered_us": 10, "window_end_us": 10}
	decided(register) == {"verdict": "pass", "reason": "register_read"}
	decided(object.union(register, {"answered_us": 9})).reason == "answered_early"
}
