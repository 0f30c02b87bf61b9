# METADATA
# title: The error rate never stays over the rollback limit
# description: >-
#   No run of consecutive minutes with an error rate over the limit is as long as the trigger allows, at any of six shifts
#   of the minute, even if every request that could not be measured had failed. `fail` means that the trigger fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/159]
#   trigger: true
#   early_fail: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   sample_size: requests
#   unit: min
#   parameters:
#     limit_ppm: {type: integer, unit: ppm, description: "a minute with more errors per million requests is bad"}
#     min_samples: {type: integer, unit: "1", default: 20, description: requests that a bad minute needs}
#     sustained_minutes: {type: integer, unit: min, description: this many bad minutes in a row fire the trigger}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.rollback.errors_brief

import data.lib.percentile

# Of five requests or more, more than half failing is certain (one-sided, 0.05) to be over a limit of at most 18.9 %.
highest_limit_ppm := 180000

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.longest_bad, "limit": input.parameters.sustained_minutes}) if {
	every column in ["longest_bad", "longest_possible", "minutes", "requests"] {
		is_number(input.row[column])
	}
	is_number(input.parameters.sustained_minutes)
	input.parameters.sustained_minutes > 0
	is_number(input.parameters.limit_ppm)
	input.row.limit_ppm == input.parameters.limit_ppm
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	not limit_usable
} else := {"verdict": "fail", "reason": "sustained_breach"} if {
	input.row.longest_bad >= input.parameters.sustained_minutes
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.row.minutes < input.parameters.sustained_minutes
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "pass", "reason": "breaches_brief"} if {
	input.row.longest_possible < input.parameters.sustained_minutes
} else := {"verdict": "inconclusive", "reason": "coverage"}

limit_usable if {
	input.parameters.limit_ppm > 0
	input.parameters.limit_ppm <= highest_limit_ppm
}
