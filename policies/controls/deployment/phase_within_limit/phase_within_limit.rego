# METADATA
# title: The phase kept its time and its place
# description: >-
#   From its start to its end the phase took at most its limit, and every phase before it in the declared order had been
#   told once and had ended when it began. A phase that still runs past its limit has failed already. A phase that
#   activates flags ends with the activation of the last of them.
# custom:
#   severity: medium
#   evidence_for: [checklist/T1, checklist/T2, checklist/T3, checklist/T4, checklist/T5, checklist/T6, checklist/T7]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   unit: us
#   early_fail: true
#   parameters:
#     phase: {type: string, description: "the phase, as auditor.toml maps it"}
#     order: {type: array, items: string, description: every phase in its order}
#     limit_seconds: {type: integer, unit: s, description: "it may take so long, exactly that included"}
#     flags: {type: array, items: string, nullable: true, default: null, description: "the phase ends when the last of these is activated"}
#     change_sources: {type: array, items: string, nullable: true, default: null, description: sources of the flags' changes}
#     log_source: {type: string, description: source of the deployment's log}
#     cells: {type: array, items: string, description: "source/account/region of the log"}
package controls.deployment.phase_within_limit

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": took, "limit": limit_us}) if {
	is_number(input.row.started_us)
	is_number(input.row.position)
	input.row.limit_seconds == input.parameters.limit_seconds
}

outcome := {"verdict": "inconclusive", "reason": "phase_repeated"} if {
	input.row.times != 1
} else := {"verdict": "fail", "reason": "phase_overrun"} if {
	took > limit_us
} else := {"verdict": "fail", "reason": "phase_out_of_order"} if {
	input.row.overlapping > 0
} else := {"verdict": "inconclusive", "reason": "phase_untold"} if {
	input.row.done != input.row.predecessors
} else := {"verdict": "inconclusive", "reason": "phase_running"} if {
	is_null(input.row.ended_us)
} else := {"verdict": "pass", "reason": "phase_in_time"} if {
	is_number(input.row.ended_us)
	took >= 0
}

limit_us := input.parameters.limit_seconds * 1000000

# While it runs, what it took so far.
took := input.row.ended_us - input.row.started_us if {
	is_number(input.row.ended_us)
} else := input.row.as_of_us - input.row.started_us
