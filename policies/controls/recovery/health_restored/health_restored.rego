# METADATA
# title: Health is restored and sustained
# description: >-
#   Each declared component was healthy in each of at least so many minutes in a row, up to the window's end. A minute
#   without a check is not a healthy one, and neither is one in which any check found something else.
# custom:
#   severity: critical
#   evidence_for: [checklist/167, checklist/170, nis2/art-21-2-c, iso-27001/A.5.30, soc2/CC7.5]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: checks
#   unit: min
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the health checks"}
#     health_sources: {type: array, items: string, description: sources of the health checks}
#     components: {type: array, items: string, description: components that must be healthy}
#     good_minutes: {type: integer, unit: min, default: 5, description: healthy minutes in a row that are a recovery}
package controls.recovery.health_restored

import data.lib.recovered

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.good_run, "limit": input.parameters.good_minutes}) if {
	recovered.well_formed(input.row, input.parameters.good_minutes)
	is_number(input.row.checks)
}

outcome := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.checks == 0
} else := {"verdict": "inconclusive", "reason": "config"} if {
	recovered.too_short(input.row, input.parameters.good_minutes)
} else := {"verdict": "pass", "reason": "health_restored"} if {
	recovered.certainly(input.row, input.parameters.good_minutes)
} else := {"verdict": "fail", "reason": "health_not_restored"} if {
	recovered.certainly_not(input.row, input.parameters.good_minutes)
} else := {"verdict": "inconclusive", "reason": "coverage"}
