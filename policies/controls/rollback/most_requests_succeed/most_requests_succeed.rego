# METADATA
# title: Never do most requests of a minute fail
# description: >-
#   In no minute, at any of its six shifts, do more than half of the requests fail. It fires when a minute of enough
#   requests is certain of it (exact binomial, one-sided 0.05), or two in a row are by count; half is not more than half.
#   `fail` means that the trigger fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/156]
#   trigger: true
#   early_fail: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   members: n
#   binomial: {events: errors, trials: requests, unknown: unknown, share: [1, 2]}
#   sample_size: requests
#   parameters:
#     min_samples: {type: integer, unit: "1", default: 5, description: requests that one minute needs to fire}
#     min_pair_samples: {type: integer, unit: "1", default: 20, description: requests that two minutes need to fire}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.rollback.most_requests_succeed

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.errors, "limit": input.row.requests}) if {
	every column in ["requests", "errors", "pair_requests", "window_requests"] {
		is_number(input.row[column])
	}
	is_boolean(input.row.good)
	is_number(input.parameters.min_samples)
	is_number(input.parameters.min_pair_samples)
}

outcome := {"verdict": "fail", "reason": "most_failed"} if {
	fired
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.window_requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "pass", "reason": "most_succeeded"} if {
	input.row.good
} else := {"verdict": "inconclusive", "reason": "most_may_have_failed"} if {
	most_failed
} else := {"verdict": "inconclusive", "reason": "coverage"}

fired if {
	not input.row.good
	input.row.requests >= input.parameters.min_samples
	most_failed
	input.assured == "fail"
}

fired if {
	not input.row.good
	input.row.pair_requests >= input.parameters.min_pair_samples
	input.parameters.min_pair_samples > 0
}

# Counted, whatever was not measured.
most_failed if {
	is_number(input.row.unknown)
	input.row.errors * 2 > input.row.requests + input.row.unknown
}
