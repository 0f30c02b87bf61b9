# METADATA
# title: Nobody outside can be let in to what we keep
# description: >-
#   Every store, replica, backup and log of a service that can make something public has every way to do so blocked. What a
#   signed classification shows to hold no personal data may be public.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-25, gdpr/art-32, gdpr/art-5-1-f, nis2/art-21, iso-27001/A.8.3, soc2/CC6.1, soc2/CC6.6]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for public access"}
#     services: {type: array, items: string, description: "services of ARNs that can make something public, e.g. s3"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.protection.public_blocked

import data.lib.asked

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	input.row.signed == true
} else := said if {
	said := asked.outside(input.row, input.parameters)
} else := {"verdict": "pass", "reason": "public_blocked"} if {
	input.row.public_blocked == true
} else := {"verdict": "fail", "reason": "public_possible"} if {
	input.row.public_blocked == false
} else := {"verdict": "inconclusive", "reason": "public_unstated"}
