# METADATA
# title: What the system says is right often enough
# description: >-
#   Of the labelled cases of all validations in the window, fewer than the declared share were wrong; at exactly that
#   share they were not few enough. `census` takes the cases as the fact, `assured` as a sample: then the exact binomial
#   test has to settle it.
# custom:
#   severity: high
#   evidence_for: [checklist/148, checklist/182]
#   population: resource
#   binomial: {events: wrong, trials: total, unknown: unlabelled, share_ppm: wrong_limit_ppm}
#   sample_size: total
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source// of each source of validations"}
#     validations: {type: array, items: string, description: what must have been validated}
#     wrong_limit_ppm: {type: integer, unit: ppm, description: "wrong cases per million; fewer pass, as many do not"}
#     min_samples: {type: integer, unit: "1", default: 100, description: fewer labelled cases prove nothing}
#     reading: {type: string, enum: [census, assured], default: census, description: which reading decides}
#     looks: {type: integer, unit: "1", default: 1, description: planned looks that share the error probability}
package controls.quality.validation_accuracy

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.wrong_limit_ppm}) if {
	is_number(input.row.total)
	is_number(input.row.wrong)
	is_number(input.parameters.wrong_limit_ppm)
	is_number(input.parameters.min_samples)
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	impossible
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.total == 0
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.total < input.parameters.min_samples
} else := {"verdict": "fail", "reason": "accuracy_low"} if {
	not accurate
	settled("fail")
} else := {"verdict": "pass", "reason": "accuracy_reached"} if {
	accurate
	settled("pass")
} else := {"verdict": "inconclusive", "reason": "ci_straddles"}

impossible if input.parameters.wrong_limit_ppm < 1

impossible if input.parameters.wrong_limit_ppm > 1000000

impossible if input.parameters.min_samples < 1

accurate if input.row.wrong * 1000000 < input.parameters.wrong_limit_ppm * input.row.total

settled(_) if input.parameters.reading == "census"

settled(side) if {
	input.parameters.reading == "assured"
	input.assured == side
}

# Shown, never compared: wrong cases per million, rounded down.
observed := floor((input.row.wrong * 1000000) / input.row.total) if {
	input.row.total > 0
} else := null
