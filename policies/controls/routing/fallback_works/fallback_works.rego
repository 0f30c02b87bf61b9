# METADATA
# title: The fallback works
# description: >-
#   On every declared route to fall back to, at least the declared number of fallbacks was induced and succeeded in the
#   window, and the share of all its fallbacks that succeeded reaches the target, whatever is unknown of them.
# custom:
#   severity: high
#   evidence_for: [checklist/90, iso-27001/A.8.14, soc2/A1.2]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   sample_size: fallbacks
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     fallback_types: {type: array, items: string, description: types of event that tell of a fallback}
#     to_routes: {type: array, items: string, description: routes that are fallen back to}
#     target_ppm: {type: integer, unit: ppm, description: fallbacks per million that have to succeed}
#     min_induced: {type: integer, unit: "1", default: 1, description: induced fallbacks that have to succeed}
package controls.routing.fallback_works

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.target_ppm}) if {
	every column in ["fallbacks", "succeeded", "failed", "induced_succeeded"] {
		is_number(input.row[column])
	}
	is_number(input.parameters.target_ppm)
	is_number(input.parameters.min_induced)
}

observed := floor((input.row.succeeded * 1000000) / input.row.fallbacks) if {
	input.row.fallbacks > 0
} else := null

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.min_induced < 1
} else := {"verdict": "inconclusive", "reason": "route_unknown"} if {
	not input.row.declared
} else := {"verdict": "fail", "reason": "fallback_failed"} if {
	input.row.failed * 1000000 > (1000000 - input.parameters.target_ppm) * input.row.fallbacks
} else := {"verdict": "inconclusive", "reason": "fallback_not_induced"} if {
	input.row.induced_succeeded < input.parameters.min_induced
} else := {"verdict": "pass", "reason": "fallback_succeeded"} if {
	input.row.succeeded * 1000000 >= input.parameters.target_ppm * input.row.fallbacks
} else := {"verdict": "inconclusive", "reason": "unmeasured"}
