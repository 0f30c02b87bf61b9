# METADATA
# title: Every period of the window is within its limit
# description: >-
#   On every route and in every whole period of the window, the share of events (requests slower than a latency, errors,
#   or cache misses) is at most the limit, whatever could not be measured was. P95 is within a latency exactly when the
#   share slower than it is at most 50000 ppm. With `trend`, the share also does not rise from period to period
#   (Mann-Kendall, one-sided).
# custom:
#   severity: high
#   evidence_for: [checklist/137, checklist/138, checklist/139]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   trend: {periods: series}
#   early_fail: true
#   sample_size: requests
#   unit: ppm
#   parameters:
#     measure: {type: string, enum: [slow, errors, misses], description: what is an event}
#     kind: {type: string, enum: [generation, cached], nullable: true, default: null, description: population of slow requests}
#     latency_limit_us: {type: integer, unit: us, nullable: true, default: null, description: a slow request takes longer}
#     limit_ppm: {type: integer, unit: ppm, description: "events per million requests; at or below this passes"}
#     routes: {type: array, items: string, description: routes that must have been observed}
#     period_seconds: {type: integer, unit: s, default: 3600, description: length of a period; a multiple of 10}
#     min_samples: {type: integer, unit: "1", description: a period with fewer measured requests is never a pass}
#     trend: {type: boolean, default: false, description: whether the share may not rise either}
#     looks: {type: integer, unit: "1", default: 1, description: planned trend tests that share the error probability}
#     look: {type: integer, unit: "1", default: 1, description: "which of them this one is, from 1"}
#     spending: {type: string, enum: [equal, obrien_fleming, pocock], default: equal, description: how it is shared}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.each_period_within_limit

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": input.row.worst_ppm, "limit": input.parameters.limit_ppm}) if {
	usable
}

# A period that nothing unknown can mend fails at once, whatever is still missing elsewhere.
outcome := {"verdict": "fail", "reason": "period_over"} if {
	input.row.periods_over > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.periods_few > 0
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.periods_within < input.row.periods
	input.row.unmeasured > 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.periods_within < input.row.periods
} else := {"verdict": "fail", "reason": "share_rising"} if {
	input.parameters.trend
	input.assured == "fail"
} else := {"verdict": "inconclusive", "reason": "ci_straddles"} if {
	input.parameters.trend
	input.assured != "pass"
} else := {"verdict": "pass", "reason": "periods_within"} if {
	input.row.periods_within == input.row.periods
}

# A window that is no whole number of periods has a rest that no period would count.
usable if {
	every column in ["periods", "periods_over", "periods_within", "periods_few", "requests", "unmeasured"] {
		is_number(input.row[column])
	}
	input.row.periods > 0
	input.row.rest_us == 0
	input.row.limit_ppm == input.parameters.limit_ppm
	input.parameters.limit_ppm > 0
	input.parameters.limit_ppm < 1000000
	input.parameters.period_seconds >= 10
	input.parameters.period_seconds % 10 == 0
	input.parameters.min_samples > 0
	is_boolean(input.parameters.trend)
	measurable
}

measurable if input.parameters.measure in ["errors", "misses"]

measurable if {
	input.parameters.measure == "slow"
	is_string(input.parameters.kind)
	is_number(input.parameters.latency_limit_us)
}
