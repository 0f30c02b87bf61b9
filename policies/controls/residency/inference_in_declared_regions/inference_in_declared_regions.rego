# METADATA
# title: Inference stays in the regions we declared
# description: >-
#   Every inference call was made in a declared region and was processed in one. The destination is what CloudTrail
#   states, else the region of the call for a bare model id; a profile whose destination is not stated is not decided.
#   A global profile or an empty region has no bound and fails.
# custom:
#   severity: critical
#   evidence_for: [checklist/11, checklist/188, gdpr/art-44, iso-27001/A.5.23, iso-27001/A.5.34]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   population: resource
#   members: n
#   parameters:
#     declared_regions: {type: array, items: string, description: regions in which inference may run}
package controls.residency.inference_in_declared_regions

import data.lib.bedrock
import data.lists.aws_regions

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": places, "limit": input.parameters.declared_regions}) if {
	is_string(input.row.region)
	is_array(input.parameters.declared_regions)
	count(input.parameters.declared_regions) > 0
}

places := {"source": input.row.region, "destination": bedrock.destination(input.row)}

# Decided by what is worst: a place that is wrong outweighs one that is not known.
outcome := {"verdict": "fail", "reason": "unbounded_destination"} if {
	some place in places
	place in {"", "unspecified"}
} else := {"verdict": "fail", "reason": "unbounded_destination"} if {
	bedrock.unbounded(input.row.model_id)
} else := {"verdict": "fail", "reason": "unknown_region"} if {
	some place in places
	is_string(place)
	not place in aws_regions.regions
} else := {"verdict": "fail", "reason": "other_region"} if {
	some place in places
	is_string(place)
	not place in input.parameters.declared_regions
} else := {"verdict": "inconclusive", "reason": "destination_unknown"} if {
	some place in places
	is_null(place)
} else := {"verdict": "pass", "reason": "declared_region"} if {
	every place in places {
		place in input.parameters.declared_regions
	}
}
