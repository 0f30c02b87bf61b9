# METADATA
# title: Requests of data subjects were answered in time
# description: >-
#   GDPR Article 12(3) and (4). Every request that was open in the window was answered within one calendar month of its
#   receipt, counted by Regulation 1182/71 in the controller's local days, as package lib.calendar says: the day of receipt is not
#   counted, a shorter month ends on its last day, and a last day that is no working day of the member state moves on. Days on
#   which the person's identity was being verified shift the end, where that began in time. Two more months count only
#   where the person was told of them, with the reasons, before the first end. A refusal, in part too, needs its reasons
#   and the right to complain. An open request is never a pass: before its end it is not decided, after it it fails.
#   Regional holidays are not known here. What was never entered in the register is not seen.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-12-3, gdpr/art-12-4, gdpr/art-15, gdpr/art-16, gdpr/art-17, gdpr/art-20]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of each register of requests"}
#     months: {type: integer, default: 1, unit: months, description: time for an answer}
#     extension_months: {type: integer, default: 2, unit: months, description: what a notice in time adds}
package controls.deadlines.request_answered

import data.lib.calendar
import data.lib.register

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := register.read(input.row) if {
	input.row.role == "register"
} else := {"verdict": "inconclusive", "reason": "calendar_unknown"} if {
	measured
	not counted
} else := object.union(outcome, {"observed": calendar.text(until), "limit": calendar.text(due)}) if {
	measured
}

measured if {
	input.row.role == "request"
	every name in ["received_day", "now_day"] {
		is_number(input.row[name])
	}
	input.row.now_day >= input.row.received_day
	every name in ["months", "extension_months"] {
		is_number(input.parameters[name])
	}
}

counted if is_number(due)

outcome := closed if {
	is_number(input.row.closed_day)
} else := {"verdict": "inconclusive", "reason": "request_suspended"} if {
	suspended
	not is_number(input.row.resumed_day)
} else := {"verdict": "fail", "reason": "request_overdue"} if {
	input.row.now_day > due
} else := {"verdict": "inconclusive", "reason": "not_elapsed"}

closed := {"verdict": "fail", "reason": "request_late"} if {
	input.row.closed_day > due
} else := {"verdict": "not_applicable", "reason": "request_withdrawn"} if {
	input.row.outcome == "withdrawn"
} else := {"verdict": "pass", "reason": "request_answered"} if {
	input.row.outcome == "granted"
} else := reasoned if {
	input.row.outcome in {"refused", "partly_granted"}
} else := {"verdict": "inconclusive", "reason": "outcome_unknown"}

reasoned := {"verdict": "pass", "reason": "request_answered"} if {
	input.row.refusal_reasoned == true
} else := {"verdict": "fail", "reason": "refusal_unreasoned"} if {
	input.row.refusal_reasoned == false
} else := {"verdict": "inconclusive", "reason": "outcome_unknown"}

# Until when it is judged: the day of the answer, or of the judged moment.
until := input.row.closed_day if {
	is_number(input.row.closed_day)
} else := input.row.now_day

due := plain if not told_in_time

due := extended if told_in_time

told_in_time if {
	input.row.extension_reasoned == true
	is_number(input.row.extension_day)
	input.row.extension_day <= plain
}

plain := end(input.parameters.months)

extended := end(input.parameters.months + input.parameters.extension_months)

end(months) := calendar.working_day(calendar.months_after(input.row.received_day, months) + shift, input.row.member_state)

first_day := calendar.months_after(input.row.received_day, input.parameters.months)

# A suspension counts when it began before the time was over.
suspended if {
	is_number(input.row.suspended_day)
	input.row.suspended_day >= input.row.received_day
	input.row.suspended_day <= calendar.working_day(first_day, input.row.member_state)
}

shift := max({0, resumed - input.row.suspended_day}) if {
	suspended
} else := 0

# Until when identity was verified, as far as is known: it ends with the answer at the latest.
resumed := min({input.row.resumed_day, until}) if {
	is_number(input.row.resumed_day)
} else := until
