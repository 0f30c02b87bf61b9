# METADATA
# title: A share is no worse than before
# description: >-
#   On every route, the share of events (requests slower than a latency, errors, or cache misses) in the window is at most
#   a margin above that of the baseline, whatever could not be measured was.
# custom:
#   severity: high
#   evidence_for: [checklist/130, checklist/179]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   unit: ppm
#   parameters:
#     measure: {type: string, enum: [slow, errors, misses], description: what is an event}
#     kind: {type: string, enum: [generation, cached], nullable: true, default: null, description: population of slow requests}
#     latency_limit_us: {type: integer, unit: us, nullable: true, default: null, description: a slow request takes longer}
#     metric: {type: string, description: "metric of the baseline, of the same measure"}
#     baseline_sources: {type: array, items: string, description: sources of the baseline}
#     margin_ppm: {type: integer, unit: ppm, description: how much higher the share may be}
#     routes: {type: array, items: string, description: routes that must have been observed}
#     period_seconds: {type: integer, unit: s, default: 600, description: the window is a whole number of such periods}
#     min_samples: {type: integer, unit: "1", description: fewer measured requests on either side decide nothing}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.share_meets_baseline

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": observed, "limit": limit}) if {
	usable
}

# Shown, never compared: events per million now, and before; rounded down.
observed := floor((input.row.events * 1000000) / input.row.requests) if {
	input.row.requests > 0
} else := null

limit := floor((input.row.baseline_events * 1000000) / input.row.baseline_requests) + input.parameters.margin_ppm if {
	input.row.baseline_requests > 0
} else := null

outcome := {"verdict": "inconclusive", "reason": "baseline_missing"} if {
	input.row.baseline_requests == 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.baseline_kept != input.row.baseline_recorded
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	few
} else := {"verdict": "pass", "reason": "share_held"} if {
	input.row.within == true
} else := {"verdict": "fail", "reason": "share_worse"} if {
	input.row.over == true
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unmeasured > 0
	input.row.unmeasured == input.row.unknown
} else := {"verdict": "inconclusive", "reason": "coverage"}

few if input.row.requests < input.parameters.min_samples

few if input.row.baseline_requests < input.parameters.min_samples

usable if {
	every column in ["requests", "events", "unmeasured", "baseline_requests", "baseline_events", "baseline_kept", "baseline_recorded"] {
		is_number(input.row[column])
	}
	input.row.rest_us == 0
	input.row.margin_ppm == input.parameters.margin_ppm
	input.parameters.margin_ppm >= 0
	input.parameters.margin_ppm < 1000000
	input.parameters.period_seconds >= 10
	input.parameters.period_seconds % 10 == 0
	input.parameters.min_samples > 0
	measurable
}

measurable if input.parameters.measure in ["errors", "misses"]

measurable if {
	input.parameters.measure == "slow"
	is_string(input.parameters.kind)
	is_number(input.parameters.latency_limit_us)
}
