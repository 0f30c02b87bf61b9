# METADATA
# title: People are told that they deal with an AI system
# description: >-
#   The flag that shows the notice is on for everybody and was taken from nobody in the window. A flag that was switched on
#   within the window was not on before; whether people notice and understand it, no flag says.
# custom:
#   severity: high
#   evidence_for: [ai-act/art-50, gdpr/art-5-1-a]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   parameters:
#     flags: {type: array, items: string, description: "the flags that show the notice, after aliases"}
#     flag_sources: {type: array, items: string, description: sources of the documents}
#     change_sources: {type: array, items: string, description: sources of the changes}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.transparency.ai_notice

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.enabled}) if {
	every name in ["documents", "changed_later", "off_steps", "unclear_steps", "on_steps"] {
		is_number(input.row[name])
	}
}

# That it was taken away is certain, whatever a document says of today.
outcome := {"verdict": "fail", "reason": "notice_taken_away"} if {
	input.row.off_steps > 0
} else := {"verdict": "inconclusive", "reason": "flag_unread"} if {
	input.row.documents == 0
} else := {"verdict": "inconclusive", "reason": "flag_undecided"} if {
	not is_boolean(input.row.enabled)
} else := {"verdict": "inconclusive", "reason": "flag_changed_later"} if {
	input.row.changed_later > 0
} else := {"verdict": "fail", "reason": "flag_reads_off"} if {
	not input.row.enabled
} else := {"verdict": "inconclusive", "reason": "notice_moved"} if {
	input.row.unclear_steps + input.row.on_steps > 0
} else := {"verdict": "pass", "reason": "notice_shown"}
