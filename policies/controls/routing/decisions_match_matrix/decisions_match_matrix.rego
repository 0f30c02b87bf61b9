# METADATA
# title: Routing decisions match the declared matrix
# description: >-
#   Every decision of the window chose the operation's primary route, or its fallback because the primary was unhealthy;
#   every declared operation was routed at least once. That the primary was unhealthy is what the router says: it counts
#   where a health check of the route's component confirms it, or where the decision was induced as a test, up to a
#   declared number. An operation without a fallback (`none`) takes its primary route or fails.
# custom:
#   severity: high
#   evidence_for: [checklist/88]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     decision_types: {type: array, items: string, description: types of event that choose a route}
#     operations: {type: array, items: string, description: operations of the matrix}
#     primaries: {type: array, items: string, description: the primary route of each operation}
#     fallbacks: {type: array, items: string, description: "the fallback of each operation, or none"}
#     routes: {type: array, items: string, nullable: true, default: null, description: routes whose health is checked}
#     health_components: {type: array, items: string, nullable: true, default: null, description: the component whose checks tell of each route}
#     health_max_age_seconds: {type: integer, unit: s, default: 120, description: a check confirms a decision that follows within}
#     most_induced: {type: integer, unit: "1", default: 20, description: alike decisions that may be induced as a test}
package controls.routing.decisions_match_matrix

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.decisions, "limit": input.row.primary_route}) if {
	is_number(input.row.decisions)
}

outcome := operation if {
	input.row.role == "operation"
} else := {"verdict": "inconclusive", "reason": "operation_undeclared"} if {
	input.row.role == "decisions"
	not is_string(input.row.primary_route)
} else := decisions if {
	input.row.role == "decisions"
}

operation := {"verdict": "inconclusive", "reason": "config"} if {
	not is_string(input.row.primary_route)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	not is_string(input.row.fallback_route)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	not is_string(input.row.operation)
} else := {"verdict": "pass", "reason": "operation_routed"} if {
	input.row.decisions > 0
} else := {"verdict": "inconclusive", "reason": "operation_unrouted"}

decisions := {"verdict": "inconclusive", "reason": "route_unknown"} if {
	unknown
} else := {"verdict": "pass", "reason": "decision_matches"} if {
	input.row.route == input.row.primary_route
	not said_unhealthy
} else := {"verdict": "fail", "reason": "decision_wrong"} if {
	not fallback
} else := {"verdict": "pass", "reason": "fallback_confirmed"} if {
	input.row.confirmed == true
} else := {"verdict": "pass", "reason": "fallback_induced"} if {
	input.row.induced == true
	input.row.decisions <= input.parameters.most_induced
} else := {"verdict": "inconclusive", "reason": "excuse_unproven"}

unknown if not is_string(input.row.route)

unknown if input.row.route == "undeclared"

said_unhealthy if input.row.unhealthy_route == input.row.primary_route

fallback if {
	said_unhealthy
	input.row.route == input.row.fallback_route
	input.row.fallback_route != input.row.primary_route
}
