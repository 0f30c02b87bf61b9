# METADATA
# title: All traffic takes the routes that are left after a rollback
# description: >-
#   In the window no request takes a route but the kept ones, whatever was not observed, and each kept route served some.
#   A request of another route is a fail at once, unless it may be a health check.
# custom:
#   severity: critical
#   evidence_for: [checklist/164]
#   early_fail: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: requests
#   parameters:
#     kept_routes: {type: array, items: string, description: routes that serve after the rollback}
#     left_routes: {type: array, items: string, description: routes that must be empty}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.recovery.single_route

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.requests}) if {
	is_boolean(input.row.kept)
	every column in ["requests", "completed", "unplaced"] {
		is_number(input.row[column])
	}
}

outcome := {"verdict": "fail", "reason": "route_taken"} if {
	not input.row.kept
	input.row.requests > 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := kept if {
	input.row.kept
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unplaced > 0
} else := {"verdict": "pass", "reason": "route_empty"} if {
	input.row.unobserved == 0
} else := {"verdict": "inconclusive", "reason": "coverage"}

kept := {"verdict": "pass", "reason": "route_serves"} if {
	input.row.completed > 0
} else := {"verdict": "inconclusive", "reason": "no_data"}
