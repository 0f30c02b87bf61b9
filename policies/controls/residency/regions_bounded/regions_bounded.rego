# METADATA
# title: A policy of the organisation denies every other region
# description: >-
#   On each declared target (the root, a unit or an account) one service control policy denies calls outside the declared
#   regions, Bedrock's among them, and calls for the region named unspecified, by which a global profile is authorised, whoever makes them.
#   This prevents; it proves nothing of what was done before it was attached, nor of the management account, which no such
#   policy binds.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-25, gdpr/art-32, gdpr/art-44, iso-27001/A.5.23, soc2/CC6.1]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the organisation's policies"}
#     targets: {type: array, items: string, description: "ids of the roots, units and accounts that must be bound"}
#     declared_regions: {type: array, items: string, description: regions that a policy may leave open}
#     outer_bound: {type: string, enum: [eu, none], default: eu, description: "eu: declared regions lie in the EU, or nothing is decided"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.residency.regions_bounded

import data.lib.asked
import data.lib.bounds
import data.lib.regions

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union({"observed": input.row.policies, "limit": input.parameters.declared_regions}, outcome) if {
	regions.configured(input.parameters)
}

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := target

target := {"verdict": "pass", "reason": "target_bounded"} if {
	open == "nothing"
} else := {"verdict": "inconclusive", "reason": "question_open", "observed": input.row.open} if {
	input.row.open != 0
} else := {"verdict": "fail", "reason": "callers_exempt"} if {
	open == "callers"
} else := {"verdict": "fail", "reason": "unspecified_open"} if {
	open == "unspecified"
} else := {"verdict": "fail", "reason": "bedrock_exempt"} if {
	open == "bedrock"
} else := {"verdict": "fail", "reason": "regions_open"} if {
	open == "regions"
} else := {"verdict": "fail", "reason": "target_unbounded"}

open := bounds.gap(input.row.policies, input.parameters.declared_regions) if is_string(input.row.policies)
