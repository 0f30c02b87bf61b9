# METADATA
# title: The decision was made after the phase and before the next one
# description: >-
#   The one decision that stands was signed when the phase had ended, about a run that speaks of that time or later, before
#   the next phase began, and still held then. Times are those of a time-stamp authority, and of the deployment's log.
# custom:
#   severity: high
#   evidence_for: [checklist/115, checklist/120, checklist/125, iso-27001/A.8.32, soc2/CC8.1]
#   waivable: false
#   parameters:
#     line: {type: string, description: the decision point that is signed}
#     after_anchor: {type: string, description: end of the phase that it decides on}
#     before_anchor: {type: string, description: beginning of the phase that it lets begin}
package controls.decisions.made_in_time

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := outcome if {
	input.row.resource == input.parameters.line
	input.row.after_anchor == input.parameters.after_anchor
	input.row.before_anchor == input.parameters.before_anchor
	is_number(input.row.decisions)
}

outcome := {"verdict": "inconclusive", "reason": "decision_missing"} if {
	input.row.decisions == 0
} else := {"verdict": "inconclusive", "reason": "decision_repeated", "observed": input.row.decisions} if {
	input.row.decisions > 1
} else := timed if {
	is_number(input.row.signed_us)
	is_number(input.row.valid_until_us)
	is_number(input.row.after_us)
}

timed := {"verdict": "fail", "reason": "decided_early"} if {
	input.row.signed_us < input.row.after_us
} else := {"verdict": "inconclusive", "reason": "decided_on_unknown_run"} if {
	not is_number(input.row.shown_as_of_us)
} else := {"verdict": "fail", "reason": "decided_on_early_run"} if {
	input.row.shown_as_of_us < input.row.after_us
} else := {"verdict": "inconclusive", "reason": "next_phase_pending"} if {
	not is_number(input.row.before_us)
} else := {"verdict": "fail", "reason": "decided_late"} if {
	input.row.signed_us >= input.row.before_us
} else := {"verdict": "fail", "reason": "decision_lapsed"} if {
	input.row.valid_until_us <= input.row.before_us
} else := {"verdict": "pass", "reason": "decided_between"}
