# METADATA
# title: Each flag was monitored before the next one
# description: >-
#   From the activation of each declared flag to the next activation at least the declared time passed, and in every 10 s
#   slot of that time the requests were measured: an observer was alive, nothing that it counted is missing, and there was
#   something to measure.
# custom:
#   severity: high
#   evidence_for: [checklist/84, iso-27001/A.8.16, soc2/CC7.2]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   unit: us
#   early_fail: true
#   parameters:
#     flags: {type: array, items: string, description: "every flag of the plan, in its order, after aliases"}
#     monitor_seconds: {type: integer, unit: s, description: "at least so long to the next activation, exactly that included"}
#     change_sources: {type: array, items: string, description: sources of the changes}
#     request_sources: {type: array, items: string, description: sources that must be measured}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.flags.monitored

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.gap_us, "limit": limit_us}) if {
	input.row.monitor_seconds == input.parameters.monitor_seconds
	is_number(input.row.measured)
	is_number(input.row.requests)
}

outcome := {"verdict": "inconclusive", "reason": "flag_inactive"} if {
	not is_number(input.row.activated_us)
} else := {"verdict": "fail", "reason": "flag_too_soon"} if {
	is_number(input.row.gap_us)
	input.row.gap_us < limit_us
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not elapsed
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.measured != input.row.slots
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "pass", "reason": "flag_monitored"} if {
	input.row.slots > 0
}

limit_us := input.parameters.monitor_seconds * 1000000

elapsed if {
	is_number(input.row.until_us)
	is_number(input.row.as_of_us)
	input.row.until_us <= input.row.as_of_us
}
