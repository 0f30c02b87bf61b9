# METADATA
# title: The budget's period will end within its allowed share
# description: >-
#   If the rest of the budget period that holds the as-of costs as much a day as its billed part, at most the allowed
#   share of the budget is spent at its end. The feed must be complete for every declared service, no older than allowed,
#   and long enough to project from. Amounts of another currency are never converted, and none of them is a pass.
# custom:
#   severity: medium
#   evidence_for: [checklist/140]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: records
#   unit: ppm
#   parameters:
#     budget: {type: string, description: name of the budget}
#     currency: {type: string, description: "ISO 4217 code of budget and costs"}
#     limit_percent: {type: integer, unit: "%", description: share of the budget; at or below this passes}
#     services: {type: array, items: string, description: services whose costs must be there without a gap}
#     cost_sources: {type: array, items: string, description: sources of the costs}
#     max_age_seconds: {type: integer, unit: s, description: costs that end longer before the as-of are stale}
#     min_billed_seconds: {type: integer, unit: s, default: 604800, description: less billed time projects nothing}
#     accept_estimates: {type: boolean, default: false, description: whether amounts that may still change decide}
package controls.cost.projected_within_allocation

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.limit_percent * 10000}) if {
	is_number(input.parameters.max_age_seconds)
	is_number(input.parameters.min_billed_seconds)
	every column in ["records", "other_currency", "estimates"] {
		is_number(input.row[column])
	}
}

# Shown, never compared: parts of the budget per million, rounded down; null without a budget or a projection.
observed := floor((input.row.projected_micro * 1000000) / input.row.budget_micro) if {
	allocated
	is_number(input.row.projected_micro)
} else := null

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	not allocated
} else := {"verdict": "inconclusive", "reason": "other_currency"} if {
	input.row.currency != input.parameters.currency
} else := {"verdict": "inconclusive", "reason": "other_currency"} if {
	input.row.other_currency > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.records == 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	not complete
} else := {"verdict": "inconclusive", "reason": "stale"} if {
	not fresh
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.billed_us < input.parameters.min_billed_seconds * 1000000
} else := {"verdict": "inconclusive", "reason": "estimated"} if {
	input.row.estimates > 0
	not input.parameters.accept_estimates
} else := {"verdict": "pass", "reason": "projection_within"} if {
	input.row.projected_micro * 100 <= input.parameters.limit_percent * input.row.budget_micro
} else := {"verdict": "fail", "reason": "projection_exceeded"}

# Exactly one budget that holds now, and something to spend.
allocated if {
	input.row.budgets == 1
	is_number(input.row.budget_micro)
	input.row.budget_micro > 0
	input.parameters.limit_percent > 0
}

complete if {
	input.row.silent_services == 0
	input.row.gap_us == 0
	input.row.lost == 0
	is_number(input.row.projected_micro)
	is_number(input.row.billed_us)
}

fresh if input.row.as_of_us - input.row.until_us <= input.parameters.max_age_seconds * 1000000
