package controls.routing.decisions_match_matrix_test

import data.controls.routing.decisions_match_matrix

primary := {
	"role": "decisions",
	"decisions": 4,
	"operation": "standard",
	"route": "mcp",
	"unhealthy_route": null,
	"induced": false,
	"confirmed": false,
	"primary_route": "mcp",
	"fallback_route": "direct",
}

left := object.union(primary, {"route": "direct", "unhealthy_route": "mcp"})

operation := object.union(primary, {"role": "operation", "route": null})

decided(row) := decision if {
	decision := decisions_match_matrix.decision with input as {"row": row, "parameters": {"most_induced": 4}}
}

test_each_kind_of_row if {
	decided(primary) == {"verdict": "pass", "reason": "decision_matches", "observed": 4, "limit": "mcp"}
	decided(operation) == {"verdict": "pass", "reason": "operation_routed", "observed": 4, "limit": "mcp"}
	decided(object.union(left, {"confirmed": true})).reason == "fallback_confirmed"
	decided(object.union(left, {"induced": true})).reason == "fallback_induced"
	decided(left) == {"verdict": "inconclusive", "reason": "excuse_unproven", "observed": 4, "limit": "mcp"}
}

test_what_is_no_count_decides_nothing if {
	every row in [primary, operation] {
		every value in [null, "4"] {
			decided(object.union(row, {"decisions": value})) == {"verdict": "inconclusive", "reason": "no_data"}
		}
	}
}

test_another_role_decides_nothing if {
	decided(object.union(primary, {"role": "member"})).reason == "no_data"
	decided(object.union(primary, {"role": "member", "primary_route": null})).reason == "no_data"
}

test_one_decision_is_enough_and_none_is_not if {
	decided(object.union(operation, {"decisions": 1})).reason == "operation_routed"
	decided(object.union(operation, {"decisions": 0})).reason == "operation_unrouted"
}

test_a_matrix_with_holes_is_none if {
	every name in ["primary_route", "fallback_route", "operation"] {
		decided(object.union(operation, {name: null})).reason == "config"
		decided(object.union(operation, {name: null})).verdict == "inconclusive"
	}
}

test_an_operation_that_the_matrix_lacks if {
	decided(object.union(primary, {"primary_route": null})).reason == "operation_undeclared"
}

test_a_route_that_nobody_knows if {
	every route in [null, "undeclared"] {
		decided(object.union(primary, {"route": route})).reason == "route_unknown"
	}
	decided(object.union(primary, {"route": "undeclared", "primary_route": "undeclared"})).reason == "route_unknown"
}

test_what_leaves_the_primary_without_a_reason_is_wrong if {
	every changes in [
		{"route": "direct"},
		{"route": "direct", "unhealthy_route": "direct"},
		{"route": "other", "unhealthy_route": "mcp"},
		{"unhealthy_route": "mcp"},
		{"unhealthy_route": "mcp", "fallback_route": "mcp"},
	] {
		every proof in [{"induced": true}, {"confirmed": true}, {}] {
			decided(object.union(object.union(primary, changes), proof)).reason == "decision_wrong"
		}
	}
}

test_more_induced_than_may_be_prove_nothing if {
	decided(object.union(left, {"induced": true, "decisions": 5})).reason == "excuse_unproven"
	decided(object.union(left, {"induced": null})).reason == "excuse_unproven"
	decided(object.union(left, {"confirmed": null})).reason == "excuse_unproven"
	decided(object.union(left, {"induced": "yes"})).reason == "excuse_unproven"
	decided(object.union(left, {"confirmed": "yes"})).reason == "excuse_unproven"
}
