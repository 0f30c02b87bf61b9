# METADATA
# title: Every vendor that was seen has a processor contract
# description: >-
#   GDPR Article 28. Every vendor that events of the application name as provider, that recorded calls of models went to, or
#   in whose cloud a resource lies, is in the records by that name, with a contract signed before it was first seen in the
#   window and in force when it was last seen, with its list of subprocessors, and reviewed within the declared calendar
#   months. A vendor that the records hold as the controller's own system needs none. A provider that auditor.toml does
#   not list is one that nobody knows. What the contract says is not read, and a vendor that leaves no trace in these
#   sources is not seen.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-28]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the records (source//) and of each source that sees vendors"}
#     register: {type: string, description: "source// of the records"}
#     max_age_months: {type: integer, default: 12, unit: months, description: a contract was reviewed at most so long ago}
package controls.records.vendors_contracted

import data.lib.calendar
import data.lib.register

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := vendor if {
	input.row.role == "vendor"
	is_number(input.parameters.max_age_months)
	is_number(input.row.window_end_us)
	is_number(input.row.first_us)
} else := register.read(input.row) if {
	input.row.role == "register"
} else := register.seen(input.row) if {
	input.row.role == "source"
}

vendor := {"verdict": "inconclusive", "reason": "vendor_undeclared"} if {
	input.row.name == "undeclared"
} else := register.lacks(input.row, "vendor_unrecorded") if {
	input.row.vendors == 0
} else := {"verdict": "inconclusive", "reason": "vendor_ambiguous", "observed": input.row.vendors} if {
	input.row.vendors > 1
} else := {"verdict": "not_applicable", "reason": "vendor_own"} if {
	input.row.relation == "own"
} else := contract if {
	input.row.vendors == 1
	is_number(input.row.reviewed_us)
}

contract := {"verdict": "fail", "reason": "contract_unsigned"} if {
	not is_number(input.row.signed_us)
} else := {"verdict": "fail", "reason": "contract_later"} if {
	input.row.signed_us > input.row.first_us
} else := {"verdict": "fail", "reason": "contract_ended"} if {
	not input.row.ended == 0
} else := {"verdict": "fail", "reason": "subprocessors_unlisted"} if {
	not input.row.subprocessors_listed == 1
} else := {"verdict": "fail", "reason": "contract_unreviewed", "observed": calendar.text(reviewed), "limit": calendar.text(last_day)} if {
	calendar.day_at(input.row.window_end_us, 0) > last_day
} else := {"verdict": "pass", "reason": "vendor_contracted", "observed": calendar.text(reviewed), "limit": calendar.text(last_day)}

reviewed := calendar.day_at(input.row.reviewed_us, 0)

last_day := calendar.months_after(reviewed, input.parameters.max_age_months)
