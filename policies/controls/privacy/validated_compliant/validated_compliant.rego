# METADATA
# title: Every validation found compliance, on every routing path
# description: >-
#   On each declared path every validation of the window decided that it complies, found no violation, scored at least the
#   least score, and states as many checks as a validation makes; and each probe, a thing made to violate, was caught. A
#   constant or a placeholder is no evidence. This proves what the application's own validator saw, in the scope that is
#   printed, and no more: that the system complies is what the data protection officer signs.
# custom:
#   severity: critical
#   evidence_for: [checklist/8, checklist/186, gdpr/art-5-2, gdpr/art-25, iso-27001/A.5.34, iso-27001/A.5.36]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   sample_size: validations
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     validation_types: {type: array, items: string, description: types of event that tell of a validation}
#     paths: {type: array, items: string, description: routing paths that have to be validated}
#     compliant_statuses: {type: array, items: string, description: statuses of what complies}
#     violation_statuses: {type: array, items: string, description: statuses of what violates}
#     min_score: {type: integer, unit: percent, description: the least score}
#     min_checks: {type: integer, unit: "1", description: checks that a validation makes}
#     min_validations: {type: integer, unit: "1", default: 1, description: validations on each path}
#     min_probes: {type: integer, unit: "1", default: 1, description: probes on each path}
#     scope: {type: string, description: "what the validations cover, as it is printed"}
package controls.privacy.validated_compliant

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.scope}) if {
	every column in ["validations", "violating", "low", "unknown", "thin", "probes", "caught"] {
		is_number(input.row[column])
	}
	every name in ["min_score", "min_checks"] {
		is_number(input.parameters[name])
		input.row[name] == input.parameters[name]
	}
	is_number(input.parameters.min_validations)
	is_number(input.parameters.min_probes)
}

observed := {name: input.row[name] | some name in ["validations", "violating", "probes", "caught"]}

outcome := {"verdict": "fail", "reason": "validation_violated"} if {
	input.row.violating > 0
} else := {"verdict": "fail", "reason": "score_low"} if {
	input.row.low > 0
} else := {"verdict": "fail", "reason": "validator_blind"} if {
	input.row.caught < input.row.probes
} else := {"verdict": "inconclusive", "reason": "path_unknown"} if {
	not input.row.declared
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.validations == 0
} else := {"verdict": "inconclusive", "reason": "validation_unknown"} if {
	input.row.unknown > 0
} else := {"verdict": "inconclusive", "reason": "placeholder"} if {
	input.row.thin > 0
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.min_probes < 1
} else := {"verdict": "inconclusive", "reason": "validator_unproven"} if {
	input.row.probes < input.parameters.min_probes
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.validations < input.parameters.min_validations
} else := {"verdict": "pass", "reason": "validated"}
