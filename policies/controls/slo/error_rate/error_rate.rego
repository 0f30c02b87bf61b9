# METADATA
# title: The error rate is within its limit
# description: >-
#   On every route, errors and timeouts are at most the allowed share of all requests of the window, and this holds even
#   if every request that could not be measured had failed. A client's own error (4xx) is not one of them.
# custom:
#   severity: critical
#   evidence_for: [checklist/53, iso-27001/A.8.6, soc2/A1.1, soc2/PI1.3]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   binomial: {events: errors, trials: requests, unknown: unknown, share_ppm: limit_ppm}
#   early_fail: true
#   sample_size: requests
#   unit: ppm
#   parameters:
#     routes: {type: array, items: string, description: routes that must have been observed}
#     limit_ppm: {type: integer, unit: ppm, description: "errors per million requests; at or below this passes"}
#     min_samples: {type: integer, unit: "1", default: 299, description: fewer measured requests are never a pass}
#     reading: {type: string, enum: [census, assured], default: census, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
#     look: {type: integer, unit: "1", default: 1, description: "which of them this one is, from 1"}
#     spending: {type: string, enum: [equal, obrien_fleming, pocock], default: equal, description: how it is shared}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.error_rate

import data.lib.share

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.limit_ppm})

outcome := share.outcome(input, input.parameters.limit_ppm, {"over": "error_rate_over", "within": "error_rate_within"})

# Shown, never compared: errors per million, rounded down; null without requests.
observed := floor((input.row.errors * 1000000) / input.row.requests) if {
	input.row.requests > 0
} else := null
