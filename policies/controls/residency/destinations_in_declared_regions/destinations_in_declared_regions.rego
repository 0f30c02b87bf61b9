# METADATA
# title: What our stores hold is copied, backed up, logged and keyed only in declared regions
# description: >-
#   Every replica, replication, backup copy, shared snapshot, key, log destination, export, global member and access point
#   of a resource that is in force lies in a declared region, or the resource is shown by a signed classification to hold
#   no personal data. A destination without a region has no bound and fails; one whose region could not be found out (it
#   is in an account that does not answer) is not decided. A question that was refused leaves open what else there is.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-44, gdpr/art-32, iso-27001/A.5.34, iso-27001/A.8.14, soc2/C1.1]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for links"}
#     declared_regions: {type: array, items: string, description: regions in which personal data may lie}
#     outer_bound: {type: string, enum: [eu, none], default: eu, description: "eu: declared regions lie in the EU, or nothing is decided"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.residency.destinations_in_declared_regions

import data.lib.asked
import data.lib.regions

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union({"observed": input.row.destination_region, "limit": input.parameters.declared_regions}, outcome) if {
	regions.configured(input.parameters)
}

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := link

link := {"verdict": "inconclusive", "reason": "no_data"} if {
	not is_number(input.row.in_force)
} else := {"verdict": "not_applicable", "reason": "link_not_in_force"} if {
	input.row.in_force == 0
} else := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	input.row.signed == true
	not input.row.destination_region in input.parameters.declared_regions
} else := regions.kept([input.row.destination_region], input.parameters.declared_regions)
