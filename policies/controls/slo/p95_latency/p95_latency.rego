# METADATA
# title: P95 latency is within its limit
# description: >-
#   On every route, at most one request in twenty of the window was slower than the limit (nearest-rank P95), and this
#   holds even if every request that could not be measured was slow.
# custom:
#   severity: critical
#   evidence_for: [checklist/52, iso-27001/A.8.6, soc2/A1.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   binomial: {events: over, trials: requests, unknown: unknown, share: [1, 20]}
#   early_fail: true
#   sample_size: requests
#   unit: us
#   parameters:
#     kind: {type: string, description: population of requests, enum: [generation, cached]}
#     routes: {type: array, items: string, description: routes that must have been observed}
#     latency_limit_us: {type: integer, unit: us, description: P95 at or below this passes}
#     min_samples: {type: integer, unit: "1", default: 200, description: fewer measured requests are never a pass}
#     reading: {type: string, enum: [census, assured], default: census, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
#     look: {type: integer, unit: "1", default: 1, description: "which of them this one is, from 1"}
#     spending: {type: string, enum: [equal, obrien_fleming, pocock], default: equal, description: how it is shared}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.p95_latency

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.p95_us, "limit": input.row.limit_us}) if {
	percentile.well_formed(input.row)
	input.row.limit_us == input.parameters.latency_limit_us
	is_number(input.parameters.min_samples)
}

# A breach that nothing unknown can undo fails at once, whatever is still missing.
outcome := {"verdict": "fail", "reason": "over_limit"} if {
	breached
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.requests < input.parameters.min_samples
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	not is_number(input.row.unknown)
} else := {"verdict": "pass", "reason": "within_limit"} if {
	within
} else := {"verdict": "inconclusive", "reason": "ci_straddles"} if {
	input.parameters.reading == "assured"
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unmeasured > 0
	input.row.unobserved == 0
} else := {"verdict": "inconclusive", "reason": "coverage"}

# Census: every request is in the log, so the count is the fact; below the sample floor only certainty may fail.
breached if {
	input.parameters.reading == "census"
	input.row.requests >= input.parameters.min_samples
	percentile.certainly_over(input.row)
}

breached if {
	percentile.certainly_over(input.row)
	input.assured == "fail"
}

within if {
	input.parameters.reading == "census"
	percentile.certainly_within(input.row)
}

within if {
	input.parameters.reading == "assured"
	percentile.certainly_within(input.row)
	input.assured == "pass"
}
