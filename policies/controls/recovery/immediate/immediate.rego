# METADATA
# title: The immediate steps of the rollback were taken in time
# description: >-
#   Each declared step was done less than the limit after the trigger; exactly the limit is too late. A rehearsal is no
#   step, and a step that does not say whether it was one decides nothing. Where a notice must be named, a step without
#   one is none.
# custom:
#   severity: critical
#   evidence_for: [checklist/161, checklist/165, nis2/art-21-2-c, iso-27001/A.5.30, soc2/CC7.5]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   population: resource
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each log of rollbacks"}
#     steps: {type: array, items: string, description: steps that must have been taken}
#     limit_seconds: {type: integer, unit: s, description: a step this long after the trigger is too late}
#     needs_reference: {type: boolean, default: false, description: whether the step must name a notice}
package controls.recovery.immediate

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.after_us, "limit": input.parameters.limit_seconds * 1000000}) if {
	is_number(input.row.trigger_us)
	is_number(input.row.done)
	is_number(input.row.unclear)
	input.parameters.limit_seconds > 0
	input.row.limit_seconds == input.parameters.limit_seconds
}

outcome := {"verdict": "pass", "reason": "step_in_time"} if {
	in_time
} else := {"verdict": "inconclusive", "reason": "rehearsal_unknown"} if {
	input.row.unclear > 0
} else := {"verdict": "fail", "reason": "step_late"} if {
	is_number(input.row.after_us)
} else := {"verdict": "inconclusive", "reason": "unreferenced"} if {
	input.row.done > 0
} else := {"verdict": "fail", "reason": "step_missing"}

in_time if {
	is_number(input.row.after_us)
	input.row.after_us < input.parameters.limit_seconds * 1000000
}
