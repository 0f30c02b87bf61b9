package controls.deadlines.nis2_reported_test

import data.controls.deadlines.nis2_reported
import data.lib.calendar

hour := 3600000000

at(year, month, day, hours) := (calendar.number(year, month, day) * calendar.day_us) + (hours * hour)

# Aware on 2025-01-14 at 10:00 UTC, notified on the 16th: the final report is due on 2025-02-17, for the 16th is a Sunday.
incident := {
	"role": "final_report",
	"significant": true,
	"aware_us": at(2025, 1, 14, 10),
	"warned_us": at(2025, 1, 15, 11),
	"notified_us": at(2025, 1, 16, 9),
	"reported_us": at(2025, 2, 17, 12),
	"ended": true,
	"moment_us": at(2025, 6, 1, 0),
}

zone := {
	"member_state": "DE",
	"least_offset_seconds": 3600,
	"greatest_offset_seconds": 7200,
	"early_warning_hours": 24,
	"notification_hours": 72,
	"final_report_months": 1,
}

with_parameters(changes, parameters) := decision if {
	decision := nis2_reported.decision with input as {"row": object.union(incident, changes), "parameters": object.union(zone, parameters)}
}

told(changes) := [with_parameters(changes, {}).verdict, with_parameters(changes, {}).reason]

test_the_early_warning_in_24_hours if {
	told({"role": "early_warning"}) == ["pass", "reported_in_time"]
	told({"role": "early_warning", "warned_us": at(2025, 1, 15, 11) + 1}) == ["fail", "reported_late"]
	told({"role": "early_warning", "warned_us": at(2025, 1, 14, 9)}) == ["inconclusive", "notification_early"]
	told({"role": "early_warning", "warned_us": null}) == ["fail", "report_missing"]
	told({"role": "early_warning", "warned_us": null, "moment_us": at(2025, 1, 15, 11)}) == ["inconclusive", "not_elapsed"]
}

test_the_notification_in_72_hours if {
	told({"role": "notification", "notified_us": at(2025, 1, 17, 11)}) == ["pass", "reported_in_time"]
	told({"role": "notification", "notified_us": at(2025, 1, 17, 11) + 1}) == ["fail", "reported_late"]
}

test_the_final_report_in_a_month_of_the_notification if {
	with_parameters({}, {}) == {"verdict": "pass", "reason": "reported_in_time", "observed": "2025-02-17", "limit": "2025-02-17"}
	told({"reported_us": at(2025, 2, 17, 22)}) == ["inconclusive", "clock_skew"]
	told({"reported_us": at(2025, 2, 17, 23)}) == ["fail", "reported_late"]
	told({"reported_us": at(2025, 2, 17, 23), "ended": false}) == ["inconclusive", "incident_ongoing"]
	told({"reported_us": null}) == ["fail", "report_missing"]
	told({"reported_us": null, "ended": false}) == ["inconclusive", "incident_ongoing"]
	told({"reported_us": null, "moment_us": at(2025, 2, 17, 22)}) == ["inconclusive", "not_elapsed"]
	told({"notified_us": null}) == ["inconclusive", "notification_pending"]
	told({"reported_us": at(2025, 1, 15, 9)}) == ["inconclusive", "notification_early"]
}

test_a_notification_at_the_turn_of_a_day if {
	turn := {"notified_us": at(2025, 1, 13, 22) + (hour / 2)}
	told(object.union(turn, {"reported_us": at(2025, 2, 13, 10)})) == ["pass", "reported_in_time"]
	told(object.union(turn, {"reported_us": at(2025, 2, 14, 10)})) == ["inconclusive", "clock_skew"]
	told(object.union(turn, {"reported_us": at(2025, 2, 15, 10)})) == ["fail", "reported_late"]
}

test_what_is_not_significant_or_may_not_be if {
	every role in ["early_warning", "notification", "final_report"] {
		told({"role": role, "significant": false}) == ["not_applicable", "incident_insignificant"]
		told({"role": role, "significant": null}) == ["inconclusive", "significance_unknown"]
		told({"role": role, "aware_us": null}) == ["inconclusive", "awareness_unknown"]
		told({"role": role, "moment_us": null}) == ["inconclusive", "no_data"]
	}
	told({"role": "member"}) == ["inconclusive", "no_data"]
}

test_parameters_that_cannot_be if {
	every name in ["least_offset_seconds", "greatest_offset_seconds", "early_warning_hours", "notification_hours", "final_report_months"] {
		with_parameters({}, {name: null}).reason == "no_data"
	}
	with_parameters({}, {"least_offset_seconds": 7201}).reason == "no_data"
	with_parameters({}, {"member_state": "XX"}).reason == "calendar_unknown"
}

test_a_year_that_only_one_end_knows if {
	turn := {"notified_us": at(2035, 11, 30, 22) + (hour / 2), "reported_us": at(2035, 12, 20, 0)}
	states := {"DE": {"2035": [1231]}}
	with_parameters(turn, {}).reason == "calendar_unknown" with data.lists.public_holidays.states as states
}

test_a_desk if {
	desk := {"role": "feed", "calls": 1, "calls_ok": 1, "watermark_us": 9, "answered_us": 9, "window_end_us": 9}
	told(desk) == ["pass", "register_read"]
	told(object.union(desk, {"watermark_us": 8})) == ["inconclusive", "feed_silent"]
}
