# METADATA
# title: Each activation succeeded, and the flag reads back as it was set
# description: >-
#   The rollout of each declared flag was completed in the window and not rolled back, and its document says that everybody
#   has it. A document that was read after a later change does not tell how the flag was.
# custom:
#   severity: high
#   evidence_for: [checklist/83, iso-27001/A.8.9, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   parameters:
#     flags: {type: array, items: string, description: "the flags, after aliases"}
#     change_sources: {type: array, items: string, description: sources of the changes}
#     flag_sources: {type: array, items: string, description: sources of the documents}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.flags.read_back

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.enabled, "limit": true}) if {
	is_number(input.row.activations)
	is_number(input.row.rolled_back)
	is_number(input.row.changed_later)
	is_number(input.row.documents)
}

outcome := {"verdict": "fail", "reason": "flag_rolled_back"} if {
	input.row.rolled_back > 0
} else := {"verdict": "inconclusive", "reason": "flag_inactive"} if {
	input.row.activations == 0
} else := {"verdict": "inconclusive", "reason": "flag_unread"} if {
	input.row.documents == 0
} else := {"verdict": "inconclusive", "reason": "flag_undecided"} if {
	not is_boolean(input.row.enabled)
} else := {"verdict": "inconclusive", "reason": "flag_changed_later"} if {
	input.row.changed_later > 0
} else := {"verdict": "pass", "reason": "flag_reads_on"} if {
	input.row.enabled
} else := {"verdict": "fail", "reason": "flag_reads_off"}
