# METADATA
# title: The window has passed, and evidence lies in it
# description: >-
#   The window ended by the as-of, each declared source of requests was observed in it but for the slots that the profile
#   allows, and records of it lie in the window. How much what is unknown may weigh is decided by the lines of the window.
# custom:
#   severity: medium
#   evidence_for: [checklist/T8, checklist/T9, checklist/T10]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   unit: slots of 10 s
#   parameters:
#     request_sources: {type: array, items: string, description: sources whose evidence must lie in the window}
#     max_unobserved_slots: {type: integer, unit: slots of 10 s, default: 0, description: so many may lack an observer}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.deployment.window_elapsed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.slots_alive, "limit": input.row.slots}) if {
	is_number(input.row.slots)
	is_number(input.row.slots_alive)
	is_number(input.row.records)
	is_number(input.parameters.max_unobserved_slots)
}

outcome := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not elapsed
} else := {"verdict": "inconclusive", "reason": "collector_blind"} if {
	input.row.slots - input.row.slots_alive > input.parameters.max_unobserved_slots
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.records == 0
} else := {"verdict": "pass", "reason": "window_observed"}

elapsed if {
	is_number(input.row.window_end_us)
	is_number(input.row.as_of_us)
	input.row.window_end_us <= input.row.as_of_us
}
