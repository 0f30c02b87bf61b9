# METADATA
# title: P95 latency never stays over the rollback limit
# description: >-
#   No run of consecutive minutes with P95 over the limit is as long as the trigger allows, at any of six shifts of the
#   minute, even if every minute that could not be measured was bad. `fail` means that the trigger fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/158]
#   trigger: true
#   early_fail: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   sample_size: requests
#   unit: min
#   parameters:
#     kinds: {type: array, items: string, description: "populations of requests, each judged by itself"}
#     latency_limit_us: {type: integer, unit: us, description: a minute with P95 over this is bad}
#     sustained_minutes: {type: integer, unit: min, description: this many bad minutes in a row fire the trigger}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.rollback.latency_breaches_brief

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.longest_bad, "limit": input.parameters.sustained_minutes}) if {
	every column in ["longest_bad", "longest_possible", "minutes", "requests"] {
		is_number(input.row[column])
	}
	is_number(input.parameters.sustained_minutes)
	input.parameters.sustained_minutes > 0
	input.row.limit_us == input.parameters.latency_limit_us
}

outcome := {"verdict": "fail", "reason": "sustained_breach"} if {
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
