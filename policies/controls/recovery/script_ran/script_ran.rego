# METADATA
# title: The rollback script ran and succeeded
# description: >-
#   After the trigger, in the window, the rollback script started, and its last run ended with exit code 0. A rehearsal is
#   no run, and a step that does not say whether it was one decides nothing.
# custom:
#   severity: critical
#   evidence_for: [checklist/162, iso-27001/A.5.30, soc2/CC7.5]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each log of rollbacks"}
package controls.recovery.script_ran

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.exit_code, "limit": 0}) if {
	is_number(input.row.trigger_us)
	every column in ["unclear", "failed", "unsaid_exits"] {
		is_number(input.row[column])
	}
}

outcome := {"verdict": "inconclusive", "reason": "rehearsal_unknown"} if {
	input.row.unclear > 0
} else := {"verdict": "fail", "reason": "script_not_run"} if {
	not is_number(input.row.started_us)
} else := {"verdict": "fail", "reason": "script_unfinished"} if {
	not is_number(input.row.finished_us)
} else := {"verdict": "fail", "reason": "script_failed"} if {
	input.row.failed > 0
} else := {"verdict": "inconclusive", "reason": "exit_unknown"} if {
	input.row.unsaid_exits > 0
} else := {"verdict": "pass", "reason": "script_succeeded"} if {
	input.row.exit_code == 0
}
