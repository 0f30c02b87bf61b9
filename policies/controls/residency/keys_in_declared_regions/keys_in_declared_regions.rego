# METADATA
# title: The keys to our data lie in declared regions
# description: >-
#   Every key that an inventory lists, every key that encrypts a resource and every replica of a multi-region key lies in a
#   declared region: who holds a key elsewhere can read there what is kept here. A key whose region is not known is not
#   decided; a replica that is disabled is none.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-32, gdpr/art-44, iso-27001/A.8.24, soc2/CC6.1]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for keys"}
#     declared_regions: {type: array, items: string, description: regions in which keys may lie}
#     outer_bound: {type: string, enum: [eu, none], default: eu, description: "eu: declared regions lie in the EU, or nothing is decided"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.residency.keys_in_declared_regions

import data.lib.asked
import data.lib.regions

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union({"observed": input.row.key_region, "limit": input.parameters.declared_regions}, outcome) if {
	regions.configured(input.parameters)
}

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := key

key := {"verdict": "inconclusive", "reason": "no_data"} if {
	not is_number(input.row.in_force)
} else := {"verdict": "not_applicable", "reason": "link_not_in_force"} if {
	input.row.in_force == 0
} else := regions.kept([input.row.key_region], input.parameters.declared_regions)
