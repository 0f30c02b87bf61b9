# METADATA
# title: Operations are functional on their route
# description: >-
#   Every declared operation of the asked routes succeeded at least once in the window, and at most one in twenty of its
#   executions failed or was not faster than the operation's budget (nearest-rank P95), whatever is unknown of them.
# custom:
#   severity: high
#   evidence_for: [checklist/89]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   binomial: {events: late, trials: measured, unknown: unknown, share: [1, 20]}
#   sample_size: attempts
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     operation_types: {type: array, items: string, description: types of event that tell of an execution}
#     operations: {type: array, items: string, description: operations of the matrix}
#     primaries: {type: array, items: string, description: the primary route of each operation}
#     budgets_ms: {type: array, items: integer, unit: ms, description: the budget of each operation}
#     routes: {type: array, items: string, description: routes that are asked for}
#     min_samples: {type: integer, unit: "1", default: 59, description: fewer executions are never a pass}
package controls.routing.operations_functional

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.p95_us, "limit": input.row.budget_us}) if {
	every column in ["attempts", "succeeded", "late", "unknown"] {
		is_number(input.row[column])
	}
	is_number(input.parameters.min_samples)
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	not is_number(input.row.budget_us)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	not is_string(input.row.operation)
} else := {"verdict": "fail", "reason": "operation_late"} if {
	late
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.attempts == 0
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.attempts < input.parameters.min_samples
} else := {"verdict": "pass", "reason": "operation_functional"} if {
	input.row.succeeded > 0
	(input.row.late + input.row.unknown) * 20 <= input.row.attempts
} else := {"verdict": "inconclusive", "reason": "unmeasured"}

# Below the floor only certainty may fail.
late if {
	input.row.attempts >= input.parameters.min_samples
	input.row.late * 20 > input.row.attempts
}

late if input.assured == "fail"
