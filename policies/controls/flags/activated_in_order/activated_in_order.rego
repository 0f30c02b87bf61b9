# METADATA
# title: The flags were activated at their place in the order
# description: >-
#   Each flag that is asked for was activated once in the window, which is when its rollout reached everybody, in the order
#   of the plan; it was not on before, and not switched off again until the window's end. A rollout that has reached 99 %
#   is no activation.
# custom:
#   severity: high
#   evidence_for: [checklist/76, checklist/77, checklist/78, checklist/79, checklist/80, checklist/81, iso-27001/A.8.32, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   early_fail: true
#   parameters:
#     flags: {type: array, items: string, description: "every flag of the plan, in its order, after aliases"}
#     asked: {type: array, items: string, description: the flags that this line speaks of}
#     change_sources: {type: array, items: string, description: sources of the changes}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.flags.activated_in_order

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": place, "limit": input.row.position}) if {
	is_number(input.row.position)
	is_number(input.row.activations)
	is_number(input.row.before)
}

outcome := {"verdict": "fail", "reason": "flag_off_again"} if {
	input.row.off_again > 0
} else := {"verdict": "fail", "reason": "flag_on_early"} if {
	input.row.on_before
} else := {"verdict": "fail", "reason": "flag_repeated"} if {
	input.row.activations > 1
} else := {"verdict": "inconclusive", "reason": "flag_undecided"} if {
	input.row.unclear > 0
} else := {"verdict": "inconclusive", "reason": "flag_inactive"} if {
	input.row.activations == 0
} else := {"verdict": "inconclusive", "reason": "flag_order_unknown"} if {
	input.row.missing_before > 0
	place + input.row.missing_before == input.row.position
} else := {"verdict": "fail", "reason": "flag_out_of_order"} if {
	place != input.row.position
} else := {"verdict": "pass", "reason": "flag_activated"} if {
	input.row.missing_before == 0
	input.row.unclear == 0
}

# The how-manieth of the plan's flags it was; null without an activation.
place := input.row.before + 1 if {
	is_number(input.row.activated_us)
} else := null
