# METADATA
# title: Every support operation is in the audit trail from start to completion
# description: >-
#   Each request of the declared sources has exactly one record in the audit log: one start, at least one decision and one
#   operation (a fallback has two), one completion, all of its id; and the log holds no record of a request that the
#   sources do not have. An operation that may still go on at the as-of is open until its longest duration has passed.
# custom:
#   severity: high
#   evidence_for: [checklist/93, checklist/187, gdpr/art-5-2, ai-act/art-12, iso-27001/A.8.15, soc2/PI1.3]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     request_sources: {type: array, items: string, description: sources whose every request is an operation}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
#     start_types: {type: array, items: string, description: types of event that begin an operation}
#     decision_types: {type: array, items: string, description: types of event that choose its route}
#     operation_types: {type: array, items: string, description: types of event that tell of its execution}
#     completion_types: {type: array, items: string, description: types of event that end it}
#     longest_seconds: {type: integer, unit: s, default: 300, description: longest duration of an operation}
package controls.audit.operations_complete

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.n}) if {
	is_number(input.row.n)
	is_number(input.row.requests)
}

outcome := operations if {
	input.row.role == "operations"
} else := {"verdict": "fail", "reason": "operation_unnamed"} if {
	input.row.role == "anonymous"
} else := requests if {
	input.row.role == "requests"
}

operations := {"verdict": "pass", "reason": "operation_recorded"} if {
	input.row.requests == 1
	input.row.starts == 1
	input.row.decisions >= 1
	input.row.operations >= 1
	input.row.completions == 1
} else := {"verdict": "inconclusive", "reason": "operation_open"} if {
	input.row.open
	input.row.requests < 2
	input.row.starts < 2
	input.row.completions < 2
} else := {"verdict": "inconclusive", "reason": "request_unknown"} if {
	input.row.requests == 0
	input.row.starts == 1
	input.row.decisions >= 1
	input.row.operations >= 1
	input.row.completions == 1
} else := {"verdict": "fail", "reason": "operation_unrecorded"} if {
	input.row.starts == 0
	input.row.completions == 0
} else := {"verdict": "fail", "reason": "operation_incomplete"}

requests := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	not is_number(input.row.unobserved)
} else := {"verdict": "inconclusive", "reason": "count_mismatch"} if {
	input.row.unobserved != 0
} else := {"verdict": "pass", "reason": "requests_observed"}
