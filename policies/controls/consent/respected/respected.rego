# METADATA
# title: What rests on consent was done while the consent held
# description: >-
#   GDPR Article 7. Every recorded use of personal data that rests on a consent lies at or after the instant at which that very
#   consent was given, before it was withdrawn, and is for its purpose; the version of the text that was agreed to is kept. A
#   consent that the register does not hold fails when it was exported after the judged moment. A use of a purpose whose only
#   declared basis is another one is not applicable. A use that nobody recorded is not seen.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-7, gdpr/art-6]
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source// of the consents, of the uses and of the declared purposes"}
#     register: {type: string, description: "source// of the consents"}
package controls.consent.respected

import data.lib.register

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.n}) if {
	input.row.role == "uses"
	is_number(input.row.n)
} else := register.read(input.row) if {
	input.row.role == "register"
} else := register.seen(input.row) if {
	input.row.role == "source"
}

outcome := register.lacks(input.row, "consent_unknown") if {
	input.row.standing == "unknown"
} else := of_standing[input.row.standing]

of_standing := {
	"respected": {"verdict": "pass", "reason": "consent_respected"},
	"early": {"verdict": "fail", "reason": "consent_later"},
	"withdrawn": {"verdict": "fail", "reason": "consent_withdrawn"},
	"other_purpose": {"verdict": "fail", "reason": "consent_for_other"},
	"unlinked": {"verdict": "inconclusive", "reason": "consent_unlinked"},
	"undeclared": {"verdict": "inconclusive", "reason": "purpose_undeclared"},
	"unversioned": {"verdict": "inconclusive", "reason": "consent_unversioned"},
	"other_basis": {"verdict": "not_applicable", "reason": "consent_not_needed"},
}
