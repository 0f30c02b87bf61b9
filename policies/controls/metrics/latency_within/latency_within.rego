# METADATA
# title: P95 latency is within its limit, by CloudWatch's own count
# description: >-
#   At most one call in twenty of the window took longer than the limit, counted by how many values of each period lie
#   within it. Where nothing was counted, percentiles of parts of the window decide only when all of them lie on one side of
#   the limit: they are never averaged, and a percentile of percentiles is none.
# custom:
#   severity: high
#   evidence_for: [checklist/52]
#   sample_size: requests
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the metrics"}
#     metrics: {type: array, items: string, description: "Namespace/MetricName, with {Name=Value,...} where it has dimensions"}
#     latency_limit_us: {type: integer, unit: us, description: P95 at or below this passes}
#     metric_unit_us: {type: integer, unit: us, default: 1000, description: "what the metric is measured in: 1000 for ms"}
#     min_samples: {type: integer, unit: "1", default: 200, description: fewer calls are never a pass}
package controls.metrics.latency_within

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": 50000}) if {
	every name in ["unanswered", "astride", "requests", "over", "uncounted", "loose", "unmeasured"] {
		is_number(input.row[name])
		input.row[name] >= 0
	}
	input.row.limit_us == input.parameters.latency_limit_us
	every name in ["latency_limit_us", "metric_unit_us", "min_samples"] {
		is_number(input.parameters[name])
	}
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	not configured
} else := {"verdict": "inconclusive", "reason": "metric_unasked"} if {
	input.row.unanswered > 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.astride + input.row.loose > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	calls == 0
	not is_number(input.row.highest_micro)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	calls < input.parameters.min_samples
} else := by_count if {
	input.row.requests > 0
} else := by_parts if {
	is_number(input.row.lowest_micro)
	is_number(input.row.highest_micro)
} else := {"verdict": "inconclusive", "reason": "metric_unasked"}

configured if {
	input.parameters.min_samples >= 1
	input.parameters.metric_unit_us in {1, 1000, 1000000}
	input.parameters.latency_limit_us >= input.parameters.metric_unit_us
	input.parameters.latency_limit_us % input.parameters.metric_unit_us == 0
}

calls := input.row.requests + input.row.uncounted

counts := {"requests": input.row.requests, "over": input.row.over, "unknown": input.row.uncounted}

by_count := {"verdict": "fail", "reason": "slow_share_over"} if {
	percentile.certainly_over(counts)
} else := {"verdict": "pass", "reason": "slow_share_within"} if {
	percentile.certainly_within(counts)
} else := {"verdict": "inconclusive", "reason": "unmeasured"}

# What every part of the window says, the whole of it says too; where they differ, nothing follows.
by_parts := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unmeasured > 0
} else := {"verdict": "pass", "reason": "percentiles_within"} if {
	input.row.highest_micro <= limit_micro
} else := {"verdict": "fail", "reason": "percentiles_over"} if {
	input.row.lowest_micro > limit_micro
} else := {"verdict": "inconclusive", "reason": "percentiles_straddle"}

# The limit in millionths of what the metric is measured in.
limit_micro := (input.parameters.latency_limit_us / input.parameters.metric_unit_us) * 1000000

# Shown, never compared: slow calls per million, rounded down; null where nothing was counted.
observed := floor((input.row.over * 1000000) / input.row.requests) if {
	input.row.requests > 0
} else := null
