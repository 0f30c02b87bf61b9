# METADATA
# title: The decision was GO
# description: >-
#   Who decides signed GO, and no NO-GO stands. `fail` means NO-GO: the rollback has to be shown. Whether there is exactly one
#   decision, by whom and when, is decided by the other controls of the family.
# custom:
#   severity: critical
#   evidence_for: [checklist/112, checklist/117, checklist/122, iso-27001/A.8.32, soc2/CC8.1]
#   waivable: false
#   parameters:
#     line: {type: string, description: the decision point that is signed}
#     role: {type: string, description: role that decides}
package controls.decisions.go

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := outcome if {
	input.row.resource == input.parameters.line
	input.row.role == input.parameters.role
	is_number(input.row.go)
	is_number(input.row.no_go)
}

outcome := {"verdict": "fail", "reason": "decided_no_go"} if {
	input.row.no_go > 0
} else := {"verdict": "pass", "reason": "decided_go"} if {
	input.row.go > 0
} else := {"verdict": "inconclusive", "reason": "other_role_decided"} if {
	input.row.others > 0
} else := {"verdict": "inconclusive", "reason": "decision_missing"}
