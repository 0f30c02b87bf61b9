# METADATA
# title: The decision was made by who decides
# description: The one decision that stands was signed in the role that the decision point names.
# custom:
#   severity: critical
#   evidence_for: [checklist/114, checklist/119, checklist/124, iso-27001/A.8.32, soc2/CC8.1]
#   waivable: false
#   parameters:
#     line: {type: string, description: the decision point that is signed}
#     role: {type: string, description: role that decides}
package controls.decisions.made_by_role

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"limit": input.parameters.role}) if {
	input.row.resource == input.parameters.line
	input.row.decider == input.parameters.role
	is_number(input.row.decisions)
	is_number(input.row.by_role)
}

outcome := {"verdict": "inconclusive", "reason": "decision_missing"} if {
	input.row.decisions == 0
} else := {"verdict": "inconclusive", "reason": "decision_repeated", "observed": input.row.decisions} if {
	input.row.decisions > 1
} else := {"verdict": "pass", "reason": "decided_by_role"} if {
	input.row.by_role == 1
} else := {"verdict": "fail", "reason": "decided_by_other_role", "observed": input.row.role}
