# METADATA
# title: Throughput at the same load is no lower than before
# description: >-
#   In the minutes whose load the baseline knows too, the share of offered requests that were completed is at most the
#   margin lower than in those minutes of the baseline, by a 95 % block bootstrap interval of the ratio, and this holds
#   even if every request that could not be measured had not been completed.
# custom:
#   severity: high
#   evidence_for: [checklist/54, iso-27001/A.8.6, soc2/A1.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   bootstrap:
#     current: current_series
#     current_best: current_best
#     baseline: baseline_series
#     margin_percent: margin_percent
#     block_minutes: block_minutes
#   sample_size: matched_offered
#   unit: ppm
#   parameters:
#     metric: {type: string, description: metric of the baseline}
#     stratum: {type: string, default: "", description: "stratum of the baseline; empty: all traffic"}
#     baseline_sources: {type: array, items: string, description: sources of the baseline}
#     margin_percent: {type: integer, unit: "%", description: how much lower still meets the baseline}
#     load_tolerance_percent: {type: integer, unit: "%", default: 20, description: loads that differ by no more are alike}
#     min_matched_minutes: {type: integer, unit: min, default: 30, description: fewer matched minutes decide nothing}
#     max_unknown_minutes: {type: integer, unit: min, default: 0, description: more minutes with gaps decide nothing}
#     block_minutes: {type: integer, unit: min, default: 5, description: minutes that are drawn together}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.throughput_meets_baseline

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": observed, "limit": limit}) if {
	usable
}

# Shown, never compared: completed per million offered, in the matched minutes and in those of the baseline.
observed := floor((input.row.matched_completed * 1000000) / input.row.matched_offered) if {
	input.row.matched_offered > 0
} else := null

limit := floor((input.row.baseline_completed * 1000000) / input.row.baseline_offered) if {
	input.row.baseline_offered > 0
} else := null

outcome := {"verdict": "inconclusive", "reason": "baseline_missing"} if {
	input.row.baseline_minutes == 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.baseline_kept != input.row.baseline_recorded
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.row.odd_periods != 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	uncovered
} else := {"verdict": "inconclusive", "reason": "suspected_outage"} if {
	input.row.requests == 0
	input.row.baseline_load > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "load_unmatched"} if {
	input.row.matched_minutes < input.parameters.min_matched_minutes
} else := {"verdict": "pass", "reason": "throughput_held"} if {
	input.assured == "pass"
} else := {"verdict": "fail", "reason": "throughput_lower"} if {
	input.assured == "fail"
} else := {"verdict": "inconclusive", "reason": "ci_straddles"}

uncovered if input.row.unbounded_minutes > 0

uncovered if input.row.unknown_minutes > input.parameters.max_unknown_minutes

# A window that is no whole number of minutes has a rest that no minute would count.
usable if {
	every name in counts {
		is_number(input.row[name])
	}
	input.row.matched_completed <= input.row.matched_offered
	every name in ["margin_percent", "load_tolerance_percent", "min_matched_minutes", "max_unknown_minutes", "block_minutes"] {
		is_number(input.parameters[name])
	}
	input.parameters.margin_percent >= 0
	input.parameters.margin_percent < 100
	input.parameters.load_tolerance_percent >= 0
	input.parameters.max_unknown_minutes >= 0
	input.parameters.block_minutes >= 1
	input.parameters.min_matched_minutes >= 2 * input.parameters.block_minutes
	input.row.rest_us == 0
}

counts := [
	"requests",
	"unknown_minutes",
	"unbounded_minutes",
	"matched_minutes",
	"matched_completed",
	"matched_offered",
	"baseline_minutes",
	"baseline_load",
	"baseline_completed",
	"baseline_offered",
	"baseline_kept",
	"baseline_recorded",
	"odd_periods",
]
