# METADATA
# title: The trigger fired in no earlier run of the release
# description: >-
#   A trigger once fired stays fired: every earlier run that decided the line is a row, and one in which it fired is a
#   fail, whatever today's data say. That Security found the firing to be false is said, and changes no verdict. Without a
#   ledger nobody knows which runs there were, so nothing proves that none fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/156, checklist/157, checklist/158, checklist/159, checklist/160]
#   trigger: true
#   parameters:
#     line: {type: string, description: latched line of the trigger}
package controls.rollback.not_fired_before

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := outcome if {
	input.row.line == input.parameters.line
}

outcome := fired if {
	input.row.part == "run"
	input.row.verdict == "fail"
} else := {"verdict": "pass", "reason": "not_fired_before", "observed": input.row.verdict} if {
	input.row.part == "run"
	input.row.verdict in {"pass", "inconclusive", "not_applicable"}
} else := {"verdict": "inconclusive", "reason": "earlier_runs_unknown"} if {
	input.row.part == "ledger"
	input.row.places == 0
} else := {"verdict": "pass", "reason": "first_run"} if {
	input.row.part == "ledger"
	input.row.places == 1
	input.row.runs == 0
} else := {"verdict": "pass", "reason": "earlier_runs_known", "observed": input.row.runs} if {
	input.row.part == "ledger"
	input.row.places == 1
	is_number(input.row.runs)
}

fired := {"verdict": "fail", "reason": "fired_before_adjudicated", "observed": input.row.adjudicated} if {
	is_number(input.row.adjudicated)
	input.row.adjudicated > 0
} else := {"verdict": "fail", "reason": "fired_before"}
