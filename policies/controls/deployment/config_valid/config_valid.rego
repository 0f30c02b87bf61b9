# METADATA
# title: The configuration was found valid
# description: >-
#   The last validation of the phase found the configuration valid, after the last component was deployed, and no record
#   of the phase is missing that could say otherwise. Warnings are told beside it.
# custom:
#   severity: high
#   evidence_for: [checklist/50, iso-27001/A.8.9, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   parameters:
#     phase: {type: string, description: "the phase, as auditor.toml maps it"}
#     log_source: {type: string, description: source of the deployment's log}
#     cells: {type: array, items: string, description: "source/account/region of the log"}
package controls.deployment.config_valid

import data.lib.deployment_log

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": {"warnings": input.row.warnings}}) if {
	is_number(input.row.warnings)
}

outcome := {"verdict": "fail", "reason": "config_refused"} if {
	is_number(input.row.invalid_us)
	not later(input.row.valid_us, input.row.invalid_us)
} else := {"verdict": "inconclusive", "reason": gap} if {
	gap := deployment_log.gap(input.row)
} else := {"verdict": "inconclusive", "reason": "config_unchecked"} if {
	not is_number(input.row.valid_us)
} else := {"verdict": "pass", "reason": "config_accepted"} if {
	is_null(input.row.deployed_us)
} else := {"verdict": "pass", "reason": "config_accepted"} if {
	later(input.row.valid_us, input.row.deployed_us)
} else := {"verdict": "inconclusive", "reason": "config_outdated"}

later(moment, other) if {
	is_number(moment)
	is_number(other)
	moment > other
}
