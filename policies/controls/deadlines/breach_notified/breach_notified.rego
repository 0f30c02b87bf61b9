# METADATA
# title: Breaches of personal data were notified in 72 hours
# description: >-
#   GDPR Article 33(1). Every breach of personal data of which the controller became aware in the window was notified to the
#   authority within 72 hours, counted in hours from the end of the hour of awareness (Regulation 1182/71 Article 3(1)), with
#   no longer time at weekends; or it is recorded, with reasons, that no risk is likely, or that the notification came late.
#   An incident of which the desk does not say whether it is such a breach may be one. A reason for delay excuses a late
#   notification, never a missing one; whether the reasons are good is for the authority. The desk must have been exported
#   after the judged moment, and seen alive until then.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-33]
#   unit: us
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of each service desk"}
#     hours: {type: integer, default: 72, unit: h, description: time for the notification}
package controls.deadlines.breach_notified

import data.lib.calendar
import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := desk if {
	input.row.role == "feed"
} else := outcome if {
	input.row.role == "incident"
	is_number(input.row.moment_us)
	is_number(input.parameters.hours)
}

desk := {"verdict": "inconclusive", "reason": reason} if {
	reason := feed.export_gap(input.row)
} else := {"verdict": "pass", "reason": "register_read"}

outcome := {"verdict": "not_applicable", "reason": "breach_of_nothing"} if {
	input.row.breach == false
} else := {"verdict": "inconclusive", "reason": "breach_unclassified"} if {
	not input.row.breach == true
} else := {"verdict": "pass", "reason": "breach_excepted"} if {
	input.row.exception == "unlikely_risk"
} else := {"verdict": "inconclusive", "reason": "awareness_unknown"} if {
	not is_number(input.row.aware_us)
} else := object.union(clock, {"observed": taken_us, "limit": allowed_us})

clock := notified if {
	is_number(input.row.notified_us)
} else := {"verdict": "fail", "reason": "breach_unnotified"} if {
	input.row.moment_us > due_us
} else := {"verdict": "inconclusive", "reason": "not_elapsed"}

notified := {"verdict": "inconclusive", "reason": "notification_early"} if {
	input.row.notified_us < input.row.aware_us
} else := {"verdict": "pass", "reason": "notified_in_time"} if {
	input.row.notified_us <= due_us
} else := {"verdict": "pass", "reason": "notified_late_with_reasons"} if {
	input.row.exception == "delay_reasoned"
} else := {"verdict": "fail", "reason": "notified_late"}

due_us := calendar.hours_after(input.row.aware_us, input.parameters.hours)

allowed_us := due_us - input.row.aware_us

taken_us := input.row.notified_us - input.row.aware_us if {
	is_number(input.row.notified_us)
} else := input.row.moment_us - input.row.aware_us
