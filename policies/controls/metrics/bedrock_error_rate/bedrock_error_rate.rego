# METADATA
# title: Bedrock's own error rate is within its limit, by either meaning of its counter
# description: >-
#   `Invocations` is published with two meanings: calls that succeeded, or calls that were accepted, with those that failed
#   later and without those that were throttled. Client errors, server errors and throttled calls are at most the allowed
#   share of all calls under both, so the larger of the two rates decides. A counter of errors is zero only where it was
#   asked for, for all of the window, and the model was called.
# custom:
#   severity: high
#   evidence_for: [checklist/53]
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the metrics"}
#     models: {type: array, items: string, description: "ModelId, as it is passed by the callers"}
#     limit_ppm: {type: integer, unit: ppm, description: "errors per million calls; at or below this passes"}
#     min_samples: {type: integer, unit: "1", default: 299, description: fewer calls are never a pass}
package controls.metrics.bedrock_error_rate

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.limit_ppm}) if {
	every name in ["unanswered", "invocations", "throttles", "errors", "astride", "unsummed"] {
		is_number(input.row[name])
		input.row[name] >= 0
	}
	is_number(input.parameters.limit_ppm)
	is_number(input.parameters.min_samples)
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	not shared
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.min_samples < 1
} else := {"verdict": "inconclusive", "reason": "metric_unasked"} if {
	input.row.unanswered > 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.astride + input.row.unsummed > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	most_calls == 0
} else := {"verdict": "fail", "reason": "error_rate_over"} if {
	most_calls >= input.parameters.min_samples * 1000000
	input.row.errors * 1000000 > input.parameters.limit_ppm * fewest_calls
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	fewest_calls < input.parameters.min_samples * 1000000
} else := {"verdict": "pass", "reason": "error_rate_within"}

# A share lies between nothing and all.
shared if {
	input.parameters.limit_ppm > 0
	input.parameters.limit_ppm < 1000000
}

# Calls, if those that failed are among the invocations already: the rate is then the larger one.
fewest_calls := input.row.invocations + input.row.throttles

# Calls, if only those that succeeded are.
most_calls := input.row.invocations + input.row.errors

# Shown, never compared: errors per million by the larger rate, rounded down, no more than all of them.
observed := min([1000000, floor((input.row.errors * 1000000) / fewest_calls)]) if {
	fewest_calls > 0
} else := 1000000 if {
	input.row.errors > 0
} else := null
