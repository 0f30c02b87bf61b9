# METADATA
# title: The components are healthy
# description: >-
#   The newest check of each declared component before the window's end is young enough and found it healthy. A component
#   that nobody checked, and a status that the mapping does not name, prove nothing; degraded is not healthy.
# custom:
#   severity: high
#   evidence_for: [checklist/29, checklist/47, checklist/65, checklist/66, checklist/67, checklist/68, checklist/69, checklist/70, checklist/71, checklist/74, iso-27001/A.8.16, soc2/A1.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   parameters:
#     components: {type: array, items: string, description: components that must have been checked}
#     max_age_seconds: {type: integer, unit: s, description: "the newest check is at most so old at the window's end"}
#     others_count: {type: boolean, default: false, description: "whether a component that is not listed is judged too"}
#     health_sources: {type: array, items: string, description: sources of the checks}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.health.component_in_state

default decision := {"verdict": "inconclusive", "reason": "component_unchecked"}

decision := object.union(outcome, {"observed": input.row.status, "limit": "healthy"}) if {
	is_string(input.row.status)
	is_number(input.row.age_us)
	is_number(input.parameters.max_age_seconds)
}

outcome := {"verdict": "inconclusive", "reason": "stale"} if {
	input.row.age_us > input.parameters.max_age_seconds * 1000000
} else := {"verdict": "fail", "reason": "component_unwell"} if {
	input.row.status in {"degraded", "unhealthy"}
} else := {"verdict": "pass", "reason": "component_healthy"} if {
	input.row.status == "healthy"
} else := {"verdict": "inconclusive", "reason": "status_unknown"}
