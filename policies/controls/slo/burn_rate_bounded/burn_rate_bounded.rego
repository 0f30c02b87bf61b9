# METADATA
# title: The error budget does not burn too fast
# description: >-
#   In no pair of windows, one short and one long, both ending where the line's window ends, do errors and timeouts use up
#   the budget of the objective at or over the pair's rate in both. A rate of 1 uses the budget up exactly at the end of
#   the objective's period. Window lengths, in multiples of 10 s, and rates are matched by their position. Two windows
#   and their rates are those of Google's Site Reliability Workbook (2018), chapter 5.
# custom:
#   severity: critical
#   evidence_for: [checklist/53, iso-27001/A.8.6, soc2/A1.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: long_requests
#   unit: tenths
#   parameters:
#     budget_ppm: {type: integer, unit: ppm, description: "errors per million requests that the objective allows"}
#     short_seconds: {type: array, items: integer, unit: s, default: [300, 1800], description: short windows}
#     long_seconds: {type: array, items: integer, unit: s, default: [3600, 21600], description: long windows}
#     threshold_tenths: {type: array, items: integer, unit: "0.1", default: [144, 60], description: tenths of a burn rate}
#     min_samples: {type: integer, unit: "1", default: 20, description: a window with fewer measured requests is unknown}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.slo.burn_rate_bounded

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": observed, "limit": input.row.threshold_tenths}) if {
	usable
}

# Shown, never compared: burn rates in tenths, rounded down; null without requests.
observed := [tenths(input.row.short_errors, input.row.short_requests), tenths(input.row.long_errors, input.row.long_requests)]

tenths(errors, requests) := floor((errors * 10000000) / (requests * input.parameters.budget_ppm)) if {
	requests > 0
} else := null

# A certain alert fails at once: nothing unknown in either window can undo it.
outcome := {"verdict": "fail", "reason": "burn_rate_over"} if {
	input.row.alerts == true
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.long_requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "pass", "reason": "burn_rate_within"} if {
	input.row.alerts == false
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	few
} else := {"verdict": "inconclusive", "reason": "coverage"}

few if input.row.short_requests < input.parameters.min_samples

few if input.row.long_requests < input.parameters.min_samples

# Every error would burn at 1000000 / budget_ppm: a pair that asks for more could never alert. Null lies below 0. A long window that starts
# before the line's window might not have been counted in full.
usable if {
	every seconds in [input.row.short_seconds, input.row.long_seconds] {
		is_number(seconds)
		seconds % 10 == 0
	}
	input.row.short_seconds > 0
	input.row.short_seconds < input.row.long_seconds
	input.row.long_seconds <= input.row.window_seconds
	input.row.threshold_tenths > 0
	input.parameters.budget_ppm > 0
	input.row.threshold_tenths * input.parameters.budget_ppm <= 10000000
	is_number(input.parameters.min_samples)
	input.parameters.min_samples > 0
}
