# METADATA
# title: The feature flags are off, and stay off
# description: >-
#   At the end of the window every declared flag was off, and nothing put it on again before the as-of. A flag of which
#   nothing is known is not off, and neither is one while its rollout to off still runs.
# custom:
#   severity: critical
#   evidence_for: [checklist/163]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: changes
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the log of changes"}
#     flags: {type: array, items: string, description: "flags that must be off, by the plan's names"}
package controls.recovery.flags_off

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := outcome if {
	every column in ["changes", "off", "unsure", "on_again"] {
		is_number(input.row[column])
	}
}

outcome := {"verdict": "fail", "reason": "flag_on_again"} if {
	input.row.on_again > 0
} else := {"verdict": "inconclusive", "reason": "flag_unknown"} if {
	input.row.changes == 0
} else := {"verdict": "inconclusive", "reason": "flag_unknown"} if {
	input.row.unsure > 0
} else := {"verdict": "pass", "reason": "flag_off"} if {
	input.row.off == input.row.changes
} else := {"verdict": "fail", "reason": "flag_on"} if {
	input.row.off == 0
} else := {"verdict": "inconclusive", "reason": "flag_unknown"}
