# METADATA
# title: No inference profile that can be called reaches beyond the declared regions
# description: >-
#   Every region that a call of an inference profile may reach from its source region is declared, and so is the source
#   region: for each profile that is active or was called, also an application profile, known by its ARN. What a profile
#   is called says nothing of where it reaches; a model without a region has no bound and fails. With `only_called`, a
#   profile that is active but was not called in the window is not judged.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-44, gdpr/art-25, iso-27001/A.5.23, soc2/C1.1]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of inference profiles"}
#     declared_regions: {type: array, items: string, description: regions in which inference may run}
#     outer_bound: {type: string, enum: [eu, none], default: eu, description: "eu: declared regions lie in the EU, or nothing is decided"}
#     bounding_target: {type: string, nullable: true, default: null, description: "root, unit or account whose policies bind every account of the lists"}
#     max_age_seconds: {type: integer, unit: s, description: "the lists are no older at the judged moment"}
package controls.residency.profile_destinations

import data.lib.asked
import data.lib.bounds
import data.lib.regions

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union({"observed": places, "limit": input.parameters.declared_regions}, outcome) if {
	regions.configured(input.parameters)
}

places := array.concat([input.row.source_region], split(input.row.destinations, ",")) if {
	is_string(input.row.destinations)
} else := null

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := profile

profile := {"verdict": "inconclusive", "reason": "no_data"} if {
	not well_formed
} else := {"verdict": "not_applicable", "reason": "profile_inactive"} if {
	input.row.calls == 0
	not input.row.active
} else := {"verdict": "not_applicable", "reason": "profile_prevented"} if {
	input.row.calls == 0
	is_string(input.row.policies)
	bounds.gap(input.row.policies, input.parameters.declared_regions) == "nothing"
	regions.worst(places, input.parameters.declared_regions) != "inside"
} else := regions.processed(places, input.parameters.declared_regions)

well_formed if {
	is_number(input.row.calls)
	is_boolean(input.row.active)
	is_array(places)
}
