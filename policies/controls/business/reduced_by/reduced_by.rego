# METADATA
# title: A quantity is lower than before by more than the declared share
# description: >-
#   In every declared stratum, the median or mean of the window's single observations is strictly below the baseline's
#   less the share, and by the assured reading they also tend to be lower than the baseline's so reduced (one-sided
#   Mann-Whitney), with everything unknown above all that is known. The strata are never pooled.
# custom:
#   severity: medium
#   evidence_for: [checklist/147, checklist/149, checklist/150, checklist/181, checklist/183, checklist/184]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   rank_test: {first: first, second: second, wins: wins, ties: ties, groups: groups}
#   sample_size: observations
#   unit: ppm
#   parameters:
#     measure: {type: string, enum: [duration, cost], description: "timed operations, or what requests cost"}
#     metric: {type: string, description: "what was timed, and the metric of the baseline"}
#     strata: {type: array, items: string, description: "parts that are compared one by one; empty text: not divided"}
#     reduction_percent: {type: integer, unit: "%", description: "more than this is enough, exactly this is not"}
#     statistic: {type: string, enum: [median, mean], description: what is compared beside the ranks}
#     currency: {type: string, default: "", description: "ISO 4217 code; another one is never converted"}
#     baseline_sources: {type: array, items: string, description: sources of the baseline}
#     fact_sources: {type: array, items: string, description: sources of the observations}
#     min_samples: {type: integer, unit: "1", default: 20, description: fewer observations on either side decide nothing}
#     reading: {type: string, enum: [census, assured], default: assured, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
#     look: {type: integer, unit: "1", default: 1, description: "which of them this one is, from 1"}
#     spending: {type: string, enum: [equal, obrien_fleming, pocock], default: equal, description: how it is shared}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.business.reduced_by

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": input.row.ratio_ppm, "limit": (100 - input.parameters.reduction_percent) * 10000}) if {
	usable
}

outcome := {"verdict": "inconclusive", "reason": "baseline_missing"} if {
	input.row.baseline_observations == 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.baseline_kept != input.row.baseline_recorded
} else := {"verdict": "inconclusive", "reason": "other_currency"} if {
	input.row.other_currency > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.observations == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	not is_number(input.row.unknown)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	few
} else := {"verdict": "pass", "reason": "reduced"} if {
	lower
} else := {"verdict": "fail", "reason": "reduction_short"} if {
	input.row.reduced == false
	input.row.unknown == 0
} else := {"verdict": "inconclusive", "reason": "ci_straddles"} if {
	input.row.reduced == true
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	input.row.unmeasured > 0
	input.row.unmeasured == input.row.unknown
} else := {"verdict": "inconclusive", "reason": "coverage"}

few if input.row.observations < input.parameters.min_samples

few if input.row.baseline_observations < input.parameters.min_samples

lower if {
	input.row.reduced == true
	input.parameters.reading == "census"
}

lower if {
	input.row.reduced == true
	input.parameters.reading == "assured"
	input.assured == "pass"
}

usable if {
	every column in ["observations", "baseline_observations", "unmeasured", "other_currency", "baseline_kept", "baseline_recorded"] {
		is_number(input.row[column])
	}
	input.row.reduction_percent == input.parameters.reduction_percent
	input.row.statistic == input.parameters.statistic
	input.parameters.reduction_percent >= 0
	input.parameters.reduction_percent < 100
	input.parameters.min_samples > 0
	priced
}

priced if input.parameters.measure == "duration"

priced if {
	input.parameters.measure == "cost"
	count(input.parameters.currency) == 3
}
