# METADATA
# title: Inference stays in the regions we declared
# description: >-
#   Every inference call was made in a declared region and could be processed in no other. The destination is what
#   CloudTrail states, else the region of the call for a bare model id; where an answer lists the profile that was called,
#   by its id or its ARN, every region that it reaches from there counts. A profile of which neither is known is not
#   decided. A global profile or an empty region has no bound and fails, and so does a door that leads to no EU region.
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
import data.lib.regions

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": places, "limit": input.parameters.declared_regions}) if {
	is_string(input.row.region)
	is_array(input.parameters.declared_regions)
	count(input.parameters.declared_regions) > 0
}

places := {"source": input.row.region, "destinations": reachable} if {
	is_string(input.row.possible)
} else := {"source": input.row.region, "destination": bedrock.destination(input.row)}

# Where the call could go by its profile, and where it went.
reachable := array.concat(split(input.row.possible, ","), stated)

stated := [input.row.inference_region] if {
	is_string(input.row.inference_region)
	not input.row.inference_region in split(input.row.possible, ",")
} else := []

outcome := {"verdict": "fail", "reason": "unbounded_destination"} if {
	bedrock.unbounded(input.row.model_id)
} else := {"verdict": "fail", "reason": "unbounded_destination"} if {
	startswith(input.row.event_source, "aws-external-anthropic")
} else := regions.processed(judged, input.parameters.declared_regions)

judged := array.concat([input.row.region], reachable) if {
	is_string(input.row.possible)
} else := [input.row.region, bedrock.destination(input.row)]
