# METADATA
# title: An operation costs no more than its target
# description: >-
#   For every declared kind, the mean cost of the answered requests of the window is at most the target, and this holds
#   even if every request of unknown cost had cost the declared most. Amounts are millionths of the currency.
# custom:
#   severity: high
#   evidence_for: [checklist/59]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   early_fail: true
#   sample_size: requests
#   unit: millionths
#   parameters:
#     kinds: {type: array, items: string, description: kinds of request that are operations}
#     target_micro: {type: integer, unit: 1e-6 of currency, description: mean cost at or below this passes}
#     most_micro: {type: integer, unit: 1e-6 of currency, nullable: true, default: null, description: bounds an unknown cost}
#     currency: {type: string, description: "ISO 4217 code; another one is never converted"}
#     min_samples: {type: integer, unit: "1", default: 100, description: fewer requests are never decided}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.cost.per_operation

import data.lib.mean
import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.target_micro}) if {
	mean.well_formed(input.row)
	is_boolean(input.row.foreign_currency)
	is_number(input.parameters.target_micro)
	is_number(input.parameters.min_samples)
}

# Shown, never compared: the mean, rounded up; null without requests.
observed := null if {
	input.row.requests == 0
} else := ceil(input.row.total / input.row.requests)

# A breach that nothing unknown can undo fails at once, whatever is still missing.
outcome := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.target_micro <= 0
} else := {"verdict": "inconclusive", "reason": "other_currency"} if {
	input.row.foreign_currency
} else := {"verdict": "fail", "reason": "operation_dear"} if {
	input.row.requests >= input.parameters.min_samples
	mean.certainly_over(input.row, input.parameters.target_micro)
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.requests < input.parameters.min_samples
} else := {"verdict": "pass", "reason": "operation_affordable"} if {
	within
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unmeasured > 0
	input.row.unobserved == 0
} else := {"verdict": "inconclusive", "reason": "coverage"}

within if mean.certainly_within(input.row, input.parameters.target_micro, input.parameters.most_micro)
