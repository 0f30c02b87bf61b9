# METADATA
# title: The service does what it is asked
# description: >-
#   Of the intervals of the window, in each of which a probe calls the service, at most the declared share has a call that
#   failed, and in at least 95 % every call was within the latency limit (a P95, decided as a count). An interval without a
#   call could be either: the service passes only where it still would with all of them bad.
# custom:
#   severity: high
#   evidence_for: [checklist/20]
#   unit: ppm
#   sample_size: slots
#   parameters:
#     service: {type: string, description: what the probe calls the service}
#     probe_sources: {type: array, items: string, description: sources of the probes}
#     interval_seconds: {type: integer, unit: s, description: "how often the probe calls"}
#     failing_ppm: {type: integer, unit: ppm, description: "the largest share of intervals that may have failed"}
#     latency_limit_us: {type: integer, unit: us, description: "95 % of the intervals are no slower"}
#     min_slots: {type: integer, unit: "1", description: fewer intervals decide nothing}
package controls.service.operations_succeed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.bad_ppm, "limit": input.parameters.failing_ppm}) if {
	is_number(input.parameters.failing_ppm)
	is_number(input.parameters.min_slots)
	is_number(input.parameters.interval_seconds)
	is_number(input.parameters.latency_limit_us)
	input.row.interval_seconds == input.parameters.interval_seconds
	input.row.latency_limit_us == input.parameters.latency_limit_us
	is_number(input.row.bad)
	is_number(input.row.missing)
	is_number(input.row.slow)
	is_number(input.row.untimed)
	is_number(input.row.slots)
}

outcome := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.slots < input.parameters.min_slots
} else := {"verdict": "fail", "reason": "operations_failed"} if {
	over(input.row.bad)
} else := {"verdict": "fail", "reason": "operations_slow"} if {
	input.row.slow * 20 > input.row.slots
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	over(input.row.bad + input.row.missing)
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	(input.row.slow + input.row.untimed) * 20 > input.row.slots
} else := {"verdict": "pass", "reason": "operations_succeed"} if {
	input.row.slots > 0
}

over(bad) if bad * 1000000 > input.parameters.failing_ppm * input.row.slots
