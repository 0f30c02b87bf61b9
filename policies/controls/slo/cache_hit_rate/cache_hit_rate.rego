# METADATA
# title: The cache answers enough of its lookups
# description: >-
#   On every route, misses are at most the allowed share of all cache lookups of the window, and this holds even if every
#   request that could not be placed had been a miss. A request that bypasses the cache by its declared mapping is none.
# custom:
#   severity: high
#   evidence_for: [checklist/55]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   binomial: {events: errors, trials: requests, unknown: unknown, share_ppm: miss_limit_ppm}
#   early_fail: true
#   sample_size: requests
#   unit: ppm
#   parameters:
#     routes: {type: array, items: string, description: routes that must have been observed}
#     miss_limit_ppm: {type: integer, unit: ppm, description: "misses per million lookups; at or below this passes"}
#     min_samples: {type: integer, unit: "1", default: 100, description: fewer lookups are never a pass}
#     reading: {type: string, enum: [census, assured], default: census, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
#     look: {type: integer, unit: "1", default: 1, description: "which of them this one is, from 1"}
#     spending: {type: string, enum: [equal, obrien_fleming, pocock], default: equal, description: how it is shared}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.cache_hit_rate

import data.lib.share

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": 1000000 - input.parameters.miss_limit_ppm})

outcome := share.outcome(input, input.parameters.miss_limit_ppm, {"over": "cache_hits_under", "within": "cache_hits_within"})

# Shown, never compared: hits per million lookups, rounded down; null without lookups.
observed := floor(((input.row.requests - input.row.errors) * 1000000) / input.row.requests) if {
	input.row.requests > 0
} else := null
