# METADATA
# title: Compliance validation works on every routing path
# description: >-
#   On each declared path the application validated at least once in the window, and each validation came to a decision,
#   whatever it was. What they decided is the matter of `privacy.validated_compliant`.
# custom:
#   severity: high
#   evidence_for: [checklist/92, gdpr/art-25, iso-27001/A.5.34, iso-27001/A.5.36]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   sample_size: validations
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     validation_types: {type: array, items: string, description: types of event that tell of a validation}
#     paths: {type: array, items: string, description: routing paths that have to be validated}
#     decided_statuses: {type: array, items: string, description: statuses to which a validation comes when it works}
#     min_validations: {type: integer, unit: "1", default: 1, description: validations on each path}
package controls.privacy.validation_on_every_path

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.validations, "limit": input.parameters.min_validations}) if {
	every column in ["validations", "unknown", "errors"] {
		is_number(input.row[column])
	}
	is_number(input.parameters.min_validations)
}

outcome := {"verdict": "fail", "reason": "validation_failed"} if {
	input.row.errors > 0
} else := {"verdict": "inconclusive", "reason": "path_unknown"} if {
	not input.row.declared
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.validations == 0
} else := {"verdict": "inconclusive", "reason": "validation_unknown"} if {
	input.row.unknown > 0
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.validations < input.parameters.min_validations
} else := {"verdict": "pass", "reason": "path_validated"}
