# METADATA
# title: Stores that may hold personal data lie in the regions we declared
# description: >-
#   Every store, replica, backup and log lies in a declared region, or is shown by a signed classification to hold no
#   personal data. A region that is empty or no known AWS region fails, whatever the tags say. An inventory smaller than
#   it must be proves nothing.
# custom:
#   severity: critical
#   evidence_for: [checklist/11, gdpr/art-44, iso-27001/A.5.23, iso-27001/A.5.34]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: snapshot}
#   parameters:
#     declared_regions: {type: array, items: string, description: regions in which personal data may lie}
#     min_population: {type: integer, unit: "1", description: "an inventory with fewer stores, replicas, backups and logs is not complete"}
package controls.residency.store_in_declared_region

import data.lists.aws_regions

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.region, "limit": input.parameters.declared_regions}) if {
	is_array(input.parameters.declared_regions)
	count(input.parameters.declared_regions) > 0
	is_number(input.parameters.min_population)
	is_number(input.row.population)
	is_boolean(input.row.classification_signed)
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.min_population < 1
} else := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	not declared
	input.row.data_class == "none"
	input.row.classification_signed
} else := {"verdict": "fail", "reason": "unbounded_region"} if {
	not stated
} else := {"verdict": "fail", "reason": "unknown_region"} if {
	not input.row.region in aws_regions.regions
} else := {"verdict": "inconclusive", "reason": "unclassified"} if {
	not declared
	is_null(input.row.data_class)
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	declared
	input.row.population < input.parameters.min_population
} else := {"verdict": "pass", "reason": "declared_region"} if {
	declared
} else := {"verdict": "fail", "reason": "other_region"}

stated if {
	is_string(input.row.region)
	input.row.region != ""
}

declared if input.row.region in input.parameters.declared_regions
