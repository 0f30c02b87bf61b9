# METADATA
# title: Personal data is kept no longer than its class allows
# description: >-
#   Every store, replica, backup and log deletes everything in it after at most the days that are declared for its class of
#   data, and holds nothing that is older. What never deletes fails where it holds personal data and no procedure of erasure
#   is documented. What has no class, or one that is not declared, is held to the strictest; beyond that it is not decided.
#   Only a signed classification shows that there is no personal data in it: a tag is signed by nobody.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-5-1-e, gdpr/art-17, gdpr/art-25, iso-27001/A.8.10, iso-27001/A.5.33, soc2/C1.2]
#   unit: d
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for retention"}
#     classes: {type: array, items: string, description: classes of personal data}
#     max_days: {type: array, items: integer, description: "for each class, in the same order, how many days it may be kept"}
#     erasure_document: {type: string, nullable: true, default: null, description: name of the document that states how what never deletes is erased}
#     grace_days: {type: integer, unit: d, default: 3, description: "how many days a service takes at most to delete what has expired"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.retention.bounded

import data.lib.asked

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union({"observed": input.row.days, "limit": limit}, outcome) if {
	configured
	is_number(input.parameters.grace_days)
}

configured if {
	is_array(input.parameters.classes)
	is_array(input.parameters.max_days)
	count(input.parameters.classes) > 0
	count(input.parameters.classes) == count(input.parameters.max_days)
	count({class | some class in input.parameters.classes}) == count(input.parameters.classes)
	every days in input.parameters.max_days {
		days > 0
	}
}

# Of its class; else the strictest.
limit := allowed[0] if {
	count(allowed) == 1
} else := min(input.parameters.max_days)

allowed := [input.parameters.max_days[i] | some i, class in input.parameters.classes; class == input.row.data_class]

outcome := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	input.row.signed == true
} else := said if {
	said := asked.outside(input.row, input.parameters)
} else := never if {
	is_null(input.row.days)
} else := deleting if {
	is_number(input.row.days)
} else := {"verdict": "inconclusive", "reason": "no_data"}

never := {"verdict": "pass", "reason": "erasure_documented"} if {
	input.row.procedures > 0
	is_number(input.row.procedure_size)
	input.row.procedure_size > 0
} else := {"verdict": "inconclusive", "reason": "document_unheld"} if {
	input.row.procedures > 0
	is_null(input.row.procedure_size)
} else := {"verdict": "fail", "reason": "never_deleted"} if {
	count(allowed) == 1
} else := {"verdict": "inconclusive", "reason": "class_unknown"}

deleting := {"verdict": "fail", "reason": "kept_too_long"} if {
	is_number(input.row.oldest_us)
	input.row.oldest_us > (input.row.days + input.parameters.grace_days) * 86400000000
} else := {"verdict": "pass", "reason": "retention_bounded"} if {
	input.row.days <= limit
} else := {"verdict": "fail", "reason": "retention_long"} if {
	count(allowed) == 1
} else := {"verdict": "inconclusive", "reason": "class_unknown"}
