package controls.records.register_complete_test

import data.controls.records.register_complete
import data.lib.calendar

at(year, month, day) := calendar.number(year, month, day) * calendar.day_us

activity := {"role": "activity", "unstated": 0, "reviewed_us": at(2024, 2, 29), "window_end_us": at(2025, 2, 28) + 1}

store := {
	"role": "store",
	"activities": 1,
	"personal": true,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 9,
	"window_end_us": 9,
}

decided(row, changes, months) := decision if {
	decision := register_complete.decision with input as {"row": object.union(row, changes), "parameters": {"max_age_months": months}}
}

told(row, changes) := [decided(row, changes, 12).verdict, decided(row, changes, 12).reason]

open := ["inconclusive", "no_data"]

test_an_activity_of_the_very_age_passes if {
	decided(activity, {}, 12) == {"verdict": "pass", "reason": "activity_complete", "observed": "2024-02-29", "limit": "2025-02-28"}
	told(activity, {"window_end_us": at(2025, 3, 1)}) == ["fail", "activity_outdated"]
	decided(activity, {"unstated": 1}, 12) == {"verdict": "fail", "reason": "activity_incomplete", "observed": 1, "limit": 0}
}

test_an_activity_without_numbers_is_not_decided if {
	every name in ["unstated", "reviewed_us", "window_end_us"] {
		every value in [null, "0"] {
			told(activity, {name: value}) == open
		}
	}
	decided(activity, {}, null).reason == "no_data"
}

test_a_store if {
	told(store, {}) == ["pass", "store_registered"]
	told(store, {"activities": 0}) == ["fail", "store_unregistered"]
	told(store, {"activities": 0, "answered_us": 8}) == ["inconclusive", "answered_early"]
	told(store, {"activities": 0, "personal": false}) == ["not_applicable", "no_personal_data"]
	told(store, {"activities": 0, "personal": null}) == ["fail", "store_unregistered"]
	told(store, {"activities": null}) == open
}

test_a_register_and_a_source if {
	told(store, {"role": "register"}) == ["pass", "register_read"]
	told(store, {"role": "register", "activities": 0}) == ["fail", "register_empty"]
	told(store, {"role": "register", "activities": 0, "calls_ok": 0}) == ["inconclusive", "coverage"]
	told(store, {"role": "register", "activities": null}) == open
	told(store, {"role": "source", "answered_us": null}) == ["pass", "collected"]
	told(store, {"role": "source", "calls_ok": 0}) == ["inconclusive", "coverage"]
	told(store, {"role": "member"}) == open
}
