# METADATA
# title: The error rate is back within its limit
# description: >-
#   Over the whole window errors and timeouts are at most the allowed share of all requests, and so they are in each of at
#   least so many minutes in a row up to the window's end; both hold even if every request that could not be measured failed.
# custom:
#   severity: critical
#   evidence_for: [checklist/168, nis2/art-21-2-c, iso-27001/A.5.30, soc2/CC7.5]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   unit: ppm
#   parameters:
#     limit_ppm: {type: integer, unit: ppm, description: "errors per million requests; at or below this is normal"}
#     min_samples: {type: integer, unit: "1", default: 299, description: fewer measured requests are never a pass}
#     good_minutes: {type: integer, unit: min, default: 5, description: good minutes in a row that are a recovery}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.recovery.errors_normal

import data.lib.percentile
import data.lib.recovered
import data.lib.share

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.limit_ppm}) if {
	share.well_formed(input.row)
	recovered.well_formed(input.row, input.parameters.good_minutes)
	is_number(input.parameters.limit_ppm)
	is_number(input.parameters.min_samples)
	input.row.limit_ppm == input.parameters.limit_ppm
}

# Shown, never compared: errors per million, rounded down; null without requests.
observed := floor((input.row.errors * 1000000) / input.row.requests) if {
	input.row.requests > 0
} else := null

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	recovered.too_short(input.row, input.parameters.good_minutes)
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "fail", "reason": "error_rate_over"} if {
	input.row.requests >= input.parameters.min_samples
	share.certainly_over(input.row, input.parameters.limit_ppm)
} else := {"verdict": "fail", "reason": "not_recovered"} if {
	recovered.certainly_not(input.row, input.parameters.good_minutes)
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.requests < input.parameters.min_samples
} else := {"verdict": "pass", "reason": "errors_recovered"} if {
	recovered.certainly(input.row, input.parameters.good_minutes)
	share.certainly_within(input.row, input.parameters.limit_ppm)
} else := {"verdict": "inconclusive", "reason": "coverage"}
