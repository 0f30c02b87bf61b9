# METADATA
# title: No rollback was executed
# description: >-
#   No declared log of rollbacks holds a step of the window, but rehearsals and that it was opened, and each was observed
#   until the window's end. That a rollback was triggered is a step. A step that does not say whether it was rehearsed
#   counts as executed.
# custom:
#   severity: critical
#   evidence_for: [checklist/161]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   waivable: false
#   early_fail: true
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each log of rollbacks"}
package controls.rollback.not_executed

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.steps}) if {
	is_number(input.row.steps)
}

outcome := step if {
	input.row.role == "step"
} else := log if {
	input.row.role == "log"
}

step := {"verdict": "pass", "reason": "rollback_rehearsed"} if {
	input.row.dry_run == true
} else := {"verdict": "inconclusive", "reason": "unknown_step"} if {
	input.row.step == "other"
} else := {"verdict": "fail", "reason": "rollback_executed"} if {
	is_string(input.row.step)
}

log := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.gap(input.row)
} else := {"verdict": "pass", "reason": "rollback_not_executed"}
