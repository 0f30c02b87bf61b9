# METADATA
# title: Significant incidents were reported by the three clocks of NIS2
# description: >-
#   Directive (EU) 2022/2555 Article 23(4). For every significant incident: an early warning within 24 hours of becoming
#   aware, a notification within 72 hours, both counted from the end of the hour of awareness with no longer time at
#   weekends, and a final report within one calendar month of the notification, by local days: a last day that is no working
#   day of the member state moves on. Local days are those of the declared offsets from UTC, and where the least and the
#   greatest disagree it is not decided. Of an incident that goes on when the month is over, the law asks for a report of
#   progress instead, which is not known here. An incident of which nothing says whether it is significant may be.
# custom:
#   severity: critical
#   evidence_for: [nis2/art-23]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of each service desk"}
#     member_state: {type: string, description: "state whose public holidays count, ISO 3166-1 alpha-2"}
#     least_offset_seconds: {type: integer, unit: s, description: "least offset of local time from UTC, as in winter"}
#     greatest_offset_seconds: {type: integer, unit: s, description: "greatest offset of local time from UTC, as in summer"}
#     early_warning_hours: {type: integer, default: 24, unit: h, description: time for the early warning}
#     notification_hours: {type: integer, default: 72, unit: h, description: time for the notification}
#     final_report_months: {type: integer, default: 1, unit: months, description: time for the final report after the notification}
package controls.deadlines.nis2_reported

import data.lib.calendar
import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := desk if {
	input.row.role == "feed"
} else := outcome if {
	input.row.role in {"early_warning", "notification", "final_report"}
	is_number(input.row.moment_us)
	every name in ["least_offset_seconds", "greatest_offset_seconds", "early_warning_hours", "notification_hours", "final_report_months"] {
		is_number(input.parameters[name])
	}
	input.parameters.least_offset_seconds <= input.parameters.greatest_offset_seconds
}

desk := {"verdict": "inconclusive", "reason": reason} if {
	reason := feed.export_gap(input.row)
} else := {"verdict": "pass", "reason": "register_read"}

outcome := {"verdict": "not_applicable", "reason": "incident_insignificant"} if {
	input.row.significant == false
} else := {"verdict": "inconclusive", "reason": "significance_unknown"} if {
	not input.row.significant == true
} else := {"verdict": "inconclusive", "reason": "awareness_unknown"} if {
	not is_number(input.row.aware_us)
} else := in_hours(input.row.warned_us, input.parameters.early_warning_hours) if {
	input.row.role == "early_warning"
} else := in_hours(input.row.notified_us, input.parameters.notification_hours) if {
	input.row.role == "notification"
} else := final_report

in_hours(told_us, hours) := {"verdict": "inconclusive", "reason": "notification_early"} if {
	is_number(told_us)
	told_us < input.row.aware_us
} else := {"verdict": "pass", "reason": "reported_in_time"} if {
	is_number(told_us)
	told_us <= calendar.hours_after(input.row.aware_us, hours)
} else := {"verdict": "fail", "reason": "reported_late"} if {
	is_number(told_us)
} else := {"verdict": "fail", "reason": "report_missing"} if {
	input.row.moment_us > calendar.hours_after(input.row.aware_us, hours)
} else := {"verdict": "inconclusive", "reason": "not_elapsed"}

final_report := {"verdict": "inconclusive", "reason": "notification_pending"} if {
	not is_number(input.row.notified_us)
} else := {"verdict": "inconclusive", "reason": "calendar_unknown"} if {
	not counted
} else := object.union(reported, {"observed": calendar.text(least_day(until_us)), "limit": calendar.text(latest)})

counted if {
	is_number(earliest)
	is_number(latest)
}

reported := {"verdict": "inconclusive", "reason": "notification_early"} if {
	is_number(input.row.reported_us)
	input.row.reported_us < input.row.notified_us
} else := {"verdict": "pass", "reason": "reported_in_time"} if {
	is_number(input.row.reported_us)
	greatest_day(until_us) <= earliest
} else := {"verdict": "inconclusive", "reason": "clock_skew"} if {
	is_number(input.row.reported_us)
	least_day(until_us) <= latest
} else := {"verdict": "inconclusive", "reason": "not_elapsed"} if {
	not is_number(input.row.reported_us)
	least_day(until_us) <= latest
} else := {"verdict": "inconclusive", "reason": "incident_ongoing"} if {
	not input.row.ended == true
} else := {"verdict": "fail", "reason": "reported_late"} if {
	is_number(input.row.reported_us)
} else := {"verdict": "fail", "reason": "report_missing"}

until_us := input.row.reported_us if {
	is_number(input.row.reported_us)
} else := input.row.moment_us

# The last day of the month, from the earliest and from the latest local day on which the notification was made.
earliest := last_day(least_day(input.row.notified_us))

latest := last_day(greatest_day(input.row.notified_us))

last_day(day) := calendar.working_day(
	calendar.months_after(day, input.parameters.final_report_months),
	input.parameters.member_state,
)

least_day(instant_us) := calendar.day_at(instant_us, input.parameters.least_offset_seconds * 1000000)

greatest_day(instant_us) := calendar.day_at(instant_us, input.parameters.greatest_offset_seconds * 1000000)
