# METADATA
# title: P95 latency is back within its limit
# description: >-
#   Over the whole window at most one request in twenty was slower than the limit (nearest-rank P95), and so it was in each of
#   at least so many minutes in a row up to the window's end; both hold even if every request that could not be measured
#   was slow.
# custom:
#   severity: critical
#   evidence_for: [checklist/169, nis2/art-21-2-c, iso-27001/A.5.30, soc2/CC7.5]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   unit: min
#   parameters:
#     kinds: {type: array, items: string, description: "populations of requests, each judged by itself"}
#     latency_limit_us: {type: integer, unit: us, description: P95 at or below this is normal}
#     min_samples: {type: integer, unit: "1", default: 200, description: fewer measured requests are never a pass}
#     good_minutes: {type: integer, unit: min, default: 5, description: good minutes in a row that are a recovery}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.recovery.latency_normal

import data.lib.percentile
import data.lib.recovered

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.good_run, "limit": input.parameters.good_minutes}) if {
	percentile.well_formed(input.row)
	recovered.well_formed(input.row, input.parameters.good_minutes)
	is_number(input.parameters.min_samples)
	input.row.limit_us == input.parameters.latency_limit_us
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	recovered.too_short(input.row, input.parameters.good_minutes)
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "fail", "reason": "latency_not_recovered"} if {
	input.row.requests >= input.parameters.min_samples
	percentile.certainly_over(input.row)
} else := {"verdict": "fail", "reason": "latency_not_recovered"} if {
	recovered.certainly_not(input.row, input.parameters.good_minutes)
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.requests < input.parameters.min_samples
} else := {"verdict": "pass", "reason": "latency_recovered"} if {
	recovered.certainly(input.row, input.parameters.good_minutes)
	percentile.certainly_within(input.row)
} else := {"verdict": "inconclusive", "reason": "coverage"}
