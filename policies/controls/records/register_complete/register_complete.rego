# METADATA
# title: The register of processing activities is whole, current and holds every store
# description: >-
#   GDPR Article 30(1). Every processing activity states all seven fields of (a) to (g) and was reviewed within the declared
#   calendar months (days in UTC); every store, replica, backup and log that an inventory of the declared cells lists is named by
#   one, unless a signed classification says that it holds no personal data. Whether what is written is true is not
#   shown. A register without an activity, or a store that it does not name, fails when it was exported after the judged
#   moment.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-30, gdpr/art-5-2]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the register (source//) and of each inventory"}
#     register: {type: string, description: "source// of the register"}
#     max_age_months: {type: integer, default: 12, unit: months, description: an activity was reviewed at most so long ago}
package controls.records.register_complete

import data.lib.calendar
import data.lib.register

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := activity if {
	input.row.role == "activity"
} else := store if {
	input.row.role == "store"
} else := whole if {
	input.row.role == "register"
} else := register.seen(input.row) if {
	input.row.role == "source"
}

activity := {"verdict": "fail", "reason": "activity_incomplete", "observed": input.row.unstated, "limit": 0} if {
	measured
	input.row.unstated > 0
} else := {"verdict": "fail", "reason": "activity_outdated", "observed": calendar.text(reviewed), "limit": calendar.text(last_day)} if {
	measured
	now > last_day
} else := {"verdict": "pass", "reason": "activity_complete", "observed": calendar.text(reviewed), "limit": calendar.text(last_day)} if {
	measured
}

measured if {
	is_number(input.row.unstated)
	is_number(input.row.reviewed_us)
	is_number(input.row.window_end_us)
	is_number(input.parameters.max_age_months)
}

reviewed := calendar.day_at(input.row.reviewed_us, 0)

now := calendar.day_at(input.row.window_end_us, 0)

last_day := calendar.months_after(reviewed, input.parameters.max_age_months)

store := {"verdict": "pass", "reason": "store_registered", "observed": input.row.activities} if {
	input.row.activities > 0
} else := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	input.row.personal == false
} else := register.lacks(input.row, "store_unregistered") if {
	input.row.activities == 0
}

whole := register.lacks(input.row, "register_empty") if {
	input.row.activities == 0
} else := register.read(input.row) if {
	is_number(input.row.activities)
}
