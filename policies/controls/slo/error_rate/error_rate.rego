# METADATA
# title: The error rate is within its limit
# description: >-
#   On every route, errors and timeouts are at most the allowed share of all requests of the window, and this holds even
#   if every request that could not be measured had failed. A client's own error (4xx) is not one of them.
# custom:
#   severity: critical
#   evidence_for: [checklist/53]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   binomial: {events: errors, trials: requests, unknown: unknown, share_ppm: limit_ppm}
#   sample_size: requests
#   unit: ppm
#   parameters:
#     routes: {type: array, items: string, description: routes that must have been observed}
#     limit_ppm: {type: integer, unit: ppm, description: "errors per million requests; at or below this passes"}
#     min_samples: {type: integer, unit: "1", default: 299, description: fewer measured requests are never a pass}
#     reading: {type: string, enum: [census, assured], default: census, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.error_rate

import data.lib.percentile
import data.lib.share

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.limit_ppm}) if {
	share.well_formed(input.row)
	is_number(input.parameters.limit_ppm)
	input.parameters.limit_ppm > 0
	is_number(input.parameters.min_samples)
}

# Shown, never compared: errors per million, rounded down; null without requests.
observed := floor((input.row.errors * 1000000) / input.row.requests) if {
	input.row.requests > 0
} else := null

# A breach that nothing unknown can undo fails at once, whatever is still missing.
outcome := {"verdict": "fail", "reason": "error_rate_over"} if {
	breached
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.requests < input.parameters.min_samples
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	not is_number(input.row.unknown)
} else := {"verdict": "pass", "reason": "error_rate_within"} if {
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
	share.certainly_over(input.row, input.parameters.limit_ppm)
}

breached if {
	share.certainly_over(input.row, input.parameters.limit_ppm)
	input.assured == "fail"
}

within if {
	input.parameters.reading == "census"
	share.certainly_within(input.row, input.parameters.limit_ppm)
}

within if {
	input.parameters.reading == "assured"
	share.certainly_within(input.row, input.parameters.limit_ppm)
	input.assured == "pass"
}
