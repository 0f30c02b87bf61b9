# METADATA
# title: The person of the role has signed
# description: >-
#   A person in the named role signed the line in its window, the signature was valid and is not withdrawn. What another
#   role signed does not count, and a rejection stands until it is withdrawn. That a line does not apply is a signed
#   statement with its reason, which only a line that allows it takes.
# custom:
#   severity: high
#   evidence_for: [checklist/24, checklist/25, checklist/26, checklist/27, checklist/214, iso-27001/A.8.32, soc2/CC8.1]
#   waivable: false
#   parameters:
#     line: {type: string, description: the line that is signed}
#     role: {type: string, description: role in which it has to be signed}
#     allow_not_applicable: {type: boolean, default: false, description: take a signed statement that it does not apply}
#     run_in_window: {type: boolean, default: false, description: the run that was shown must speak of the window too}
package controls.approvals.signed_by_role

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"limit": input.parameters.role}) if {
	input.row.line == input.parameters.line
	input.row.role == input.parameters.role
	every column in counted {
		is_number(input.row[column])
	}
}

counted := ["rejected", "approved", "not_applicable"]

outcome := {"verdict": "fail", "reason": "rejected", "observed": input.row.rejected} if {
	input.row.rejected > 0
} else := {"verdict": "inconclusive", "reason": "statements_contradict"} if {
	input.row.approved > 0
	input.row.not_applicable > 0
} else := {"verdict": "pass", "reason": "approved", "observed": input.row.approved} if {
	input.row.approved > 0
} else := declared if {
	input.row.not_applicable > 0
} else := {"verdict": "inconclusive", "reason": missing}

declared := {"verdict": "not_applicable", "reason": "declared_not_applicable"} if {
	input.parameters.allow_not_applicable == true
} else := {"verdict": "inconclusive", "reason": "not_applicable_refused"}

# The statement that came nearest to counting says what is missing.
missing := "approval_expired" if {
	input.row.expired > 0
} else := "approval_withdrawn" if {
	input.row.withdrawn > 0
} else := "shown_run_unknown" if {
	input.row.run_unknown > 0
} else := "shown_run_early" if {
	input.row.run_early > 0
} else := "signed_early" if {
	input.row.early > 0
} else := "signed_late" if {
	input.row.late > 0
} else := "other_role" if {
	input.row.other_role > 0
} else := "unsigned"
