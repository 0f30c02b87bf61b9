# METADATA
# title: No flag made the system slower or less reliable
# description: >-
#   In the period of monitoring after the activation of each declared flag, neither P95 latency nor the share of errors is
#   worse than in the minutes before the first activation by more than the declared tolerance. Both are decided by
#   counting, and a pass must hold with every unknown request of the period at its worst and of the baseline at its best.
# custom:
#   severity: high
#   evidence_for: [checklist/85, iso-27001/A.8.32, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   unit: us
#   early_fail: true
#   parameters:
#     flags: {type: array, items: string, description: "every flag of the plan, in its order, after aliases"}
#     kinds: {type: array, items: string, description: "kinds of request, each compared with itself"}
#     monitor_seconds: {type: integer, unit: s, description: length of the period after an activation}
#     baseline_seconds: {type: integer, unit: s, description: length of the baseline before the first activation}
#     tolerance_percent: {type: integer, unit: "%", description: so much slower than the baseline is no degradation}
#     tolerance_ppm: {type: integer, unit: ppm, description: so many more errors per million requests are none}
#     min_samples: {type: integer, unit: "1", default: 59, description: fewer measured requests in either period are never a pass}
#     change_sources: {type: array, items: string, description: sources of the changes}
#     request_sources: {type: array, items: string, description: sources of the requests}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.flags.no_degradation

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.row.limit_low_us}) if {
	as_asked
	counts
}

outcome := {"verdict": "inconclusive", "reason": "flag_inactive"} if {
	input.row.activations == 0
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	too_few
} else := {"verdict": "fail", "reason": "flag_slower"} if {
	certainly_slower
} else := {"verdict": "fail", "reason": "flag_failing"} if {
	certainly_failing
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not elapsed
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	not known
} else := {"verdict": "pass", "reason": "flag_harmless"} if {
	certainly_fast
	certainly_reliable
} else := {"verdict": "inconclusive", "reason": "unmeasured"}

# Shown, never compared: requests of the period slower than the baseline with its tolerance, and errors.
observed := {"errors": input.row.errors, "slower": input.row.over_low, "requests": input.row.requests}

# What the query counted with is what the line asks for.
as_asked if {
	every name in ["tolerance_percent", "monitor_seconds", "baseline_seconds"] {
		is_number(input.parameters[name])
		input.row[name] == input.parameters[name]
	}
	is_number(input.parameters.tolerance_ppm)
	is_number(input.parameters.min_samples)
	input.parameters.min_samples > 0
}

counts if {
	every name in ["activations", "requests", "errors", "timed", "over_low", "baseline_requests", "baseline_errors", "baseline_timed"] {
		is_number(input.row[name])
		input.row[name] >= 0
	}
}

too_few if input.row.timed < input.parameters.min_samples

too_few if input.row.baseline_timed < input.parameters.min_samples

elapsed if {
	is_number(input.row.end_us)
	is_number(input.row.as_of_us)
	input.row.end_us <= input.row.as_of_us
}

known if {
	is_number(input.row.unknown)
	is_number(input.row.baseline_unknown)
}

# P95 over a limit: more than one in twenty is slower. The unknown of the period fast, those of the baseline slow.
certainly_slower if {
	known
	is_number(input.row.over_high)
	input.row.over_high * 20 > input.row.timed + input.row.unknown
}

certainly_fast if {
	(input.row.over_low + input.row.unknown) * 20 <= input.row.timed + input.row.unknown
}

# The same of errors: share of the period > share of the baseline + tolerance, over a common denominator.
certainly_failing if {
	known
	trials := input.row.requests + input.row.unknown
	before := input.row.baseline_requests + input.row.baseline_unknown
	errors_before := input.row.baseline_errors + input.row.baseline_unknown
	(input.row.errors * 1000000) * before > trials * ((errors_before * 1000000) + (input.parameters.tolerance_ppm * before))
}

certainly_reliable if {
	trials := input.row.requests + input.row.unknown
	before := input.row.baseline_requests + input.row.baseline_unknown
	errors := input.row.errors + input.row.unknown
	(errors * 1000000) * before <= trials * ((input.row.baseline_errors * 1000000) + (input.parameters.tolerance_ppm * before))
}
