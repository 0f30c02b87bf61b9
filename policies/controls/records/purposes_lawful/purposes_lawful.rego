# METADATA
# title: Every purpose rests on a lawful basis, and what is processed on a declared one
# description: >-
#   GDPR Article 6(1). Every declared purpose states one of the six bases (consent, contract, legal_obligation,
#   vital_interests, public_task, legitimate_interests); anything else, data_protection for one, is a violation. Every basis
#   that the application's events state in the window is one of the six, and that of a declared purpose. Events of the
#   declared types that state none are not decided, nor is a basis that auditor.toml does not list. Whether the basis fits
#   the purpose, and Article 9, are not shown.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-6, gdpr/art-5-1-b]
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source// of the records and of each audit log"}
#     register: {type: string, description: "source// of the records"}
#     event_types: {type: array, items: string, description: types of events that must state their basis}
package controls.records.purposes_lawful

import data.lib.register

lawful_bases := {"consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"}

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := purpose if {
	input.row.role == "purpose"
} else := object.union(events, {"observed": input.row.n}) if {
	input.row.role == "events"
	is_number(input.row.n)
} else := whole if {
	input.row.role == "register"
} else := register.seen(input.row) if {
	input.row.role == "source"
}

purpose := {"verdict": "pass", "reason": "purpose_lawful"} if {
	input.row.lawful_basis in lawful_bases
} else := {"verdict": "fail", "reason": "basis_unlawful"} if {
	is_string(input.row.lawful_basis)
}

events := {"verdict": "inconclusive", "reason": "basis_unstated"} if {
	not is_string(input.row.lawful_basis)
} else := {"verdict": "inconclusive", "reason": "basis_undeclared"} if {
	input.row.lawful_basis == "undeclared"
} else := {"verdict": "fail", "reason": "basis_unlawful"} if {
	not input.row.lawful_basis in lawful_bases
} else := register.lacks(input.row, "basis_without_purpose") if {
	input.row.purposes == 0
} else := {"verdict": "pass", "reason": "basis_of_purpose"} if {
	input.row.purposes > 0
}

whole := register.lacks(input.row, "register_empty") if {
	input.row.purposes == 0
} else := register.read(input.row) if {
	is_number(input.row.purposes)
}
