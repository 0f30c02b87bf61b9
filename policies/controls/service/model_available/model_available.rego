# METADATA
# title: The model is offered in its region, and answers
# description: >-
#   Each declared model (or inference profile) is listed as ACTIVE in the declared region, and the last probe that called it
#   there, shortly before the judged moment, got an answer. A model that is on its way out (LEGACY) is not available.
# custom:
#   severity: critical
#   evidence_for: [checklist/19, iso-27001/A.8.14, soc2/A1.1]
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of models"}
#     models: {type: array, items: string, description: ids of the models or inference profiles}
#     kind: {type: string, enum: [foundation_model, inference_profile], default: foundation_model, description: what the ids are of}
#     max_age_seconds: {type: integer, unit: s, description: "the list is no older at the judged moment"}
#     service: {type: string, description: what the probe calls the service}
#     probe_sources: {type: array, items: string, description: sources of the probes}
#     probe_max_age_seconds: {type: integer, unit: s, description: "the last probe is no older at the judged moment"}
package controls.service.model_available

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.probe_age_us, "limit": allowed_us}) if {
	is_number(input.parameters.max_age_seconds)
}

allowed_us := input.parameters.probe_max_age_seconds * 1000000

outcome := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "model_unavailable"} if {
	not input.row.status == "ACTIVE"
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.probe_age_us, input.parameters.probe_max_age_seconds)
} else := {"verdict": "fail", "reason": "probe_failed"} if {
	input.row.refused > 0
} else := {"verdict": "pass", "reason": "model_available"} if {
	input.row.refused == 0
	input.row.unclear == 0
} else := {"verdict": "inconclusive", "reason": "probe_unclear"}
