# METADATA
# title: Exactly one decision is recorded, and no GO over criteria that had not passed
# description: >-
#   One GO or one NO-GO stands. A GO is judged by what was decided on the criteria in the run that it is about: over
#   criteria that had failed, or that were not known, it is a violation, for what is unknown is a no-go. A NO-GO passes.
# custom:
#   severity: critical
#   evidence_for: [checklist/113, checklist/118, checklist/123, iso-27001/A.8.32, soc2/CC8.1]
#   waivable: false
#   parameters:
#     line: {type: string, description: the decision point that is signed}
#     criteria: {type: string, description: line of the go criteria}
package controls.decisions.recorded

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := outcome if {
	input.row.resource == input.parameters.line
	input.row.criteria == input.parameters.criteria
	is_number(input.row.decisions)
	is_number(input.row.go)
}

outcome := {"verdict": "inconclusive", "reason": "decision_missing"} if {
	input.row.decisions == 0
} else := {"verdict": "fail", "reason": "decision_repeated", "observed": input.row.decisions} if {
	input.row.decisions > 1
} else := {"verdict": "pass", "reason": "no_go_recorded"} if {
	input.row.go == 0
} else := {"verdict": "inconclusive", "reason": "criteria_unknown"} if {
	input.row.criteria_verdict == null
} else := {"verdict": "pass", "reason": "go_recorded"} if {
	input.row.criteria_verdict == "pass"
} else := {"verdict": "fail", "reason": "go_over_failing_criteria"} if {
	input.row.criteria_verdict == "fail"
} else := {"verdict": "fail", "reason": "go_over_unknown_criteria", "observed": input.row.criteria_verdict}
