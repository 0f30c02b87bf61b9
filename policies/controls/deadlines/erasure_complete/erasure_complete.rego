# METADATA
# title: What was to be erased is erased everywhere
# description: >-
#   GDPR Article 17. For every request for erasure that was granted, wholly or in part, a record says of each declared
#   place (backups, caches and stores of vectors too) that the data was deleted, that it held nothing, that an exception of
#   Article 17(3) keeps it (of one granted in part only), or until when it expires there, within the declared days after
#   the answer. An expiry that has passed and was not confirmed is not decided. A place without a record fails when the
#   register was exported after the judged moment. Whether the answer was in time is deadlines.request_answered's.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-17, gdpr/art-5-1-e]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of each register of requests and of each record of erasure"}
#     places: {type: array, items: string, description: "where data may be: primary, backups, caches, vector_store"}
#     max_expiry_days: {type: integer, unit: d, description: "what expires by itself does so at most so many days after the answer"}
package controls.deadlines.erasure_complete

import data.lib.calendar
import data.lib.register

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := register.read(input.row) if {
	input.row.role == "register"
} else := outcome if {
	input.row.role == "place"
	is_number(input.parameters.max_expiry_days)
	is_number(input.row.now_day)
}

outcome := {"verdict": "inconclusive", "reason": "not_elapsed"} if {
	not is_number(input.row.closed_day)
} else := {"verdict": "not_applicable", "reason": "erasure_not_granted"} if {
	input.row.outcome in {"refused", "withdrawn"}
} else := {"verdict": "inconclusive", "reason": "outcome_unknown"} if {
	not input.row.outcome in {"granted", "partly_granted"}
} else := register.lacks(input.row, "erasure_unrecorded") if {
	not is_string(input.row.state)
} else := of_state[input.row.state]

of_state["deleted"] := {"verdict": "pass", "reason": "erased"}

of_state["absent"] := {"verdict": "pass", "reason": "erasure_held_nothing"}

of_state["exempt"] := {"verdict": "pass", "reason": "erasure_exempt"} if {
	input.row.outcome == "partly_granted"
} else := {"verdict": "fail", "reason": "erasure_contradicted"}

of_state["expires"] := expiring

expiring := {"verdict": "inconclusive", "reason": "erasure_unconfirmed"} if {
	not is_number(input.row.expires_day)
} else := {"verdict": "fail", "reason": "erasure_expires_late", "observed": calendar.text(input.row.expires_day), "limit": calendar.text(last_day)} if {
	input.row.expires_day > last_day
} else := {"verdict": "inconclusive", "reason": "erasure_unconfirmed"} if {
	input.row.now_day > input.row.expires_day
} else := {"verdict": "pass", "reason": "erasure_expires", "observed": calendar.text(input.row.expires_day), "limit": calendar.text(last_day)}

last_day := input.row.closed_day + input.parameters.max_expiry_days
