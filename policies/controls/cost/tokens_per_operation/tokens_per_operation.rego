# METADATA
# title: An operation uses the expected number of tokens
# description: >-
#   For every declared kind, the mean of tokens read and written by the answered requests of the window lies within the
#   declared bounds, and this holds whatever the requests of unknown size used, up to the declared most.
# custom:
#   severity: medium
#   evidence_for: [checklist/58]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   unit: tokens
#   parameters:
#     kinds: {type: array, items: string, description: kinds of request that are operations}
#     min_tokens: {type: integer, unit: "1", description: a mean at or above this passes}
#     max_tokens: {type: integer, unit: "1", description: a mean at or below this passes}
#     most_tokens: {type: integer, unit: "1", nullable: true, default: null, description: bounds an unknown request}
#     min_samples: {type: integer, unit: "1", default: 100, description: fewer requests are never decided}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.cost.tokens_per_operation

import data.lib.mean
import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": limit}) if {
	mean.well_formed(input.row)
	is_number(input.parameters.min_tokens)
	is_number(input.parameters.max_tokens)
	is_number(input.parameters.min_samples)
}

limit := {"from": input.parameters.min_tokens, "to": input.parameters.max_tokens}

# Shown, never compared: the mean, rounded down; null without requests.
observed := null if {
	input.row.requests == 0
} else := floor(input.row.total / input.row.requests)

# A breach that nothing unknown can undo fails at once, whatever is still missing.
outcome := {"verdict": "inconclusive", "reason": "config"} if {
	not bounds_hold
} else := {"verdict": "fail", "reason": "tokens_outside"} if {
	input.row.requests >= input.parameters.min_samples
	outside
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.requests < input.parameters.min_samples
} else := {"verdict": "pass", "reason": "tokens_within"} if {
	within
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unmeasured > 0
	input.row.unobserved == 0
} else := {"verdict": "inconclusive", "reason": "coverage"}

bounds_hold if {
	input.parameters.min_tokens >= 0
	input.parameters.max_tokens > 0
	input.parameters.max_tokens >= input.parameters.min_tokens
}

outside if mean.certainly_over(input.row, input.parameters.max_tokens)

outside if mean.certainly_under(input.row, input.parameters.min_tokens, input.parameters.most_tokens)

within if {
	mean.certainly_within(input.row, input.parameters.max_tokens, input.parameters.most_tokens)
	mean.certainly_reaches(input.row, input.parameters.min_tokens)
}
