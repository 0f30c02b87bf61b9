# METADATA
# title: Each declared audience was told
# description: >-
#   A message of the declared kind was sent to each declared audience in the window; where a limit is declared, every one
#   of them was received within it. That none was sent is a failure only when the messages were exported after the
#   window's end.
# custom:
#   severity: medium
#   evidence_for: [checklist/109, checklist/175]
#   population: resource
#   sample_size: sent
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source// of each source of messages"}
#     notice_kind: {type: string, description: kind of the message}
#     audiences: {type: array, items: string, description: whom it must be sent to}
#     receipt_seconds: {type: integer, unit: s, nullable: true, default: null, description: "how long until it is received; null where nobody confirms"}
package controls.documents.notice_sent

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.slowest_us, "limit": limit_us}) if {
	every name in ["sent", "received", "late", "overdue"] {
		is_number(input.row[name])
	}
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.receipt_seconds < 1
	is_number(input.parameters.receipt_seconds)
} else := unsent if {
	input.row.sent == 0
} else := {"verdict": "pass", "reason": "notice_sent"} if {
	is_null(input.parameters.receipt_seconds)
} else := receipt if {
	is_number(input.parameters.receipt_seconds)
}

unsent := {"verdict": "fail", "reason": "notice_unsent"} if {
	feed.reaches(input.row.answered_us, input.row.window_end_us)
} else := {"verdict": "inconclusive", "reason": "notice_unseen"}

receipt := {"verdict": "fail", "reason": "notice_late"} if {
	input.row.late > 0
} else := {"verdict": "fail", "reason": "notice_unreceived"} if {
	input.row.overdue > 0
} else := {"verdict": "inconclusive", "reason": "notice_unconfirmed"} if {
	input.row.received != input.row.sent
} else := {"verdict": "pass", "reason": "notice_received"}

limit_us := input.parameters.receipt_seconds * 1000000 if {
	is_number(input.parameters.receipt_seconds)
} else := null
