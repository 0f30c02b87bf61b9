# METADATA
# title: What we keep is encrypted with keys that have a name
# description: >-
#   Every store, replica, backup and log is encrypted at rest with a key that its answer names and whose manager the line
#   accepts: a key of the service itself that nobody can name cannot be taken away from anybody. What a signed
#   classification shows to hold no personal data need not be.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-32, nis2/art-21, iso-27001/A.8.24, soc2/CC6.1, soc2/CC6.7]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for encryption"}
#     key_managers: {type: array, items: string, description: "whose keys are accepted: customer, aws_managed"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.protection.encrypted

import data.lib.asked

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union({"observed": input.row.key_manager, "limit": input.parameters.key_managers}, outcome) if {
	is_array(input.parameters.key_managers)
}

outcome := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	input.row.signed == true
} else := said if {
	said := asked.outside(input.row, input.parameters)
} else := store

store := {"verdict": "inconclusive", "reason": "encryption_unstated"} if {
	not is_boolean(input.row.encrypted)
} else := {"verdict": "fail", "reason": "unencrypted"} if {
	not input.row.encrypted
} else := {"verdict": "fail", "reason": "key_of_service"} if {
	input.row.key_manager in {"aws_owned", "none"}
} else := {"verdict": "inconclusive", "reason": "encryption_unstated"} if {
	not named
} else := {"verdict": "pass", "reason": "encrypted"} if {
	input.row.key_manager in input.parameters.key_managers
} else := {"verdict": "fail", "reason": "key_of_other"}

named if {
	is_string(input.row.key_manager)
	is_string(input.row.key_arn)
	input.row.key_arn != ""
}
