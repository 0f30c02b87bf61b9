# METADATA
# title: The system was stable throughout
# description: >-
#   In the window no check found a declared component unhealthy, the checks came often enough that none was unwatched for
#   long, and the deployment's log, of which no record of the phase is missing, tells no restart. An open circuit breaker
#   is an unhealthy one.
# custom:
#   severity: high
#   evidence_for: [checklist/86, iso-27001/A.8.16, soc2/A1.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: checks
#   early_fail: true
#   parameters:
#     phase: {type: string, description: "the phase of the window, as auditor.toml maps it"}
#     components: {type: array, items: string, description: components that must have been checked}
#     max_gap_seconds: {type: integer, unit: s, description: "at most so long between two checks, and to the edges of the window"}
#     health_sources: {type: array, items: string, description: sources of the checks}
#     log_source: {type: string, description: source of the deployment's log}
#     cells: {type: array, items: string, description: "source/account/region of the checks and of the log"}
package controls.health.stable_throughout

import data.lib.deployment_log

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": {"restarts": input.row.restarts, "unhealthy": input.row.unhealthy}, "limit": 0}) if {
	is_number(input.row.restarts)
	is_number(input.row.unhealthy)
	is_number(input.row.unknown)
	is_number(input.parameters.max_gap_seconds)
}

outcome := {"verdict": "fail", "reason": "restarted"} if {
	input.row.restarts > 0
} else := {"verdict": "fail", "reason": "unstable"} if {
	input.row.unhealthy > 0
} else := {"verdict": "inconclusive", "reason": "status_unknown"} if {
	input.row.unknown > 0
} else := {"verdict": "inconclusive", "reason": "checks_sparse"} if {
	not watched
} else := {"verdict": "inconclusive", "reason": gap} if {
	gap := deployment_log.gap(input.row)
} else := {"verdict": "pass", "reason": "stable"} if {
	input.row.restarts == 0
	input.row.unhealthy == 0
}

watched if {
	is_number(input.row.gap_us)
	input.row.gap_us <= input.parameters.max_gap_seconds * 1000000
}
