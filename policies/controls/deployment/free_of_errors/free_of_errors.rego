# METADATA
# title: The phase has no error and no warning
# description: >-
#   The log tells the phase from its start to its end, by its own numbers no record of it is missing, and none is an
#   error, a warning, a component that failed or a configuration that is not valid. A record of a kind that nobody
#   declared may be any of these.
# custom:
#   severity: high
#   evidence_for: [checklist/48, iso-27001/A.8.32, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   early_fail: true
#   parameters:
#     phase: {type: string, description: "the phase, as auditor.toml maps it"}
#     log_source: {type: string, description: source of the deployment's log}
#     cells: {type: array, items: string, description: "source/account/region of the log"}
package controls.deployment.free_of_errors

import data.lib.deployment_log

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": {"errors": input.row.errors, "warnings": input.row.warnings}, "limit": 0}) if {
	is_number(input.row.errors)
	is_number(input.row.warnings)
	is_number(input.row.undeclared)
}

outcome := {"verdict": "fail", "reason": "deployment_errors"} if {
	input.row.errors + input.row.warnings > 0
} else := {"verdict": "inconclusive", "reason": "undeclared_events"} if {
	input.row.undeclared > 0
} else := {"verdict": "inconclusive", "reason": gap} if {
	gap := deployment_log.gap(input.row)
} else := {"verdict": "pass", "reason": "deployment_clean"} if {
	input.row.errors == 0
	input.row.warnings == 0
}
