# METADATA
# title: More than the declared share of routing decisions is optimal
# description: >-
#   Of the decisions that can be labelled by the declared definition of optimal, fewer than the limit per million were not
#   optimal (strict: at the limit it fails), and at least the declared share of all decisions can be labelled.
# custom:
#   severity: high
#   evidence_for: [checklist/129, checklist/178]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   binomial: {events: suboptimal, trials: labelled, unknown: unlabelled_bound, share_ppm: suboptimal_limit_ppm}
#   sample_size: labelled
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     decision_types: {type: array, items: string, description: types of event that choose a route}
#     definition: {type: string, enum: [matrix, label], description: what makes a decision optimal}
#     operations: {type: array, items: string, description: operations of the matrix}
#     primaries: {type: array, items: string, description: the primary route of each operation}
#     fallbacks: {type: array, items: string, description: "the fallback of each operation, or none"}
#     suboptimal_limit_ppm: {type: integer, unit: ppm, description: "decisions per million that are not optimal; only below passes"}
#     min_labelled_percent: {type: integer, unit: percent, default: 90, description: decisions that have to be labelled}
#     min_samples: {type: integer, unit: "1", default: 59, description: fewer labelled decisions are never a pass}
#     reading: {type: string, enum: [census, assured], default: census, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
package controls.routing.optimal_share

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.suboptimal_limit_ppm}) if {
	every column in ["decisions", "labelled", "suboptimal"] {
		is_number(input.row[column])
	}
	every name in ["suboptimal_limit_ppm", "min_labelled_percent", "min_samples"] {
		is_number(input.parameters[name])
	}
	input.row.definition == input.parameters.definition
}

# Shown, never compared: decisions per million that were not optimal, rounded down.
observed := floor((input.row.suboptimal * 1000000) / input.row.labelled) if {
	input.row.labelled > 0
} else := null

outcome := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.decisions == 0
} else := {"verdict": "inconclusive", "reason": "unlabelled"} if {
	input.row.labelled * 100 < input.parameters.min_labelled_percent * input.row.decisions
} else := {"verdict": "fail", "reason": "decisions_suboptimal"} if {
	certain
	not below
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.labelled < input.parameters.min_samples
} else := {"verdict": "pass", "reason": "decisions_optimal"} if {
	below
	settled
} else := {"verdict": "inconclusive", "reason": "ci_straddles"}

below if input.row.suboptimal * 1000000 < input.parameters.suboptimal_limit_ppm * input.row.labelled

# Below the sample floor, and in the assured reading, only certainty may fail.
certain if {
	input.parameters.reading == "census"
	input.row.labelled >= input.parameters.min_samples
}

certain if input.assured == "fail"

settled if input.parameters.reading == "census"

settled if {
	input.parameters.reading == "assured"
	input.assured == "pass"
}
