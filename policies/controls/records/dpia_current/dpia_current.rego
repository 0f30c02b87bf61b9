# METADATA
# title: An approved impact assessment covers every model and route, and is newer than the last change
# description: >-
#   GDPR Article 35. Everything declared, and every model and route that the application's events name in the window, is
#   covered by an impact assessment that was approved after it was made, and made at most the declared days before the last
#   change of a flag or deployment of a component (or after it): one that was made for a change is made before it. Where a high risk
#   remains, the authority was consulted (Article 36). An approved screening that found that none is required is not
#   applicable, as long as it is as new. What the assessment says is not read.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-35, gdpr/art-25]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of the records, of each audit log, and of each source of changes"}
#     register: {type: string, description: "source// of the records"}
#     covers: {type: array, items: string, description: what must be covered in any case}
#     lead_days: {type: integer, unit: d, default: 0, description: how long before a change its assessment may have been made}
package controls.records.dpia_current

import data.lib.calendar
import data.lib.register

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := covered if {
	input.row.role == "covered"
	is_number(input.parameters.lead_days)
	is_number(input.row.window_end_us)
} else := register.read(input.row) if {
	input.row.role == "register"
} else := register.seen(input.row) if {
	input.row.role == "source"
}

covered := {"verdict": "inconclusive", "reason": "model_undeclared"} if {
	input.row.thing == "undeclared"
} else := register.lacks(input.row, "assessment_missing") if {
	not is_number(input.row.made_us)
} else := {"verdict": "fail", "reason": "assessment_unapproved"} if {
	not approved
} else := {"verdict": "fail", "reason": "assessment_outdated", "observed": made, "limit": changed} if {
	outdated
} else := {"verdict": "not_applicable", "reason": "assessment_not_required", "observed": made} if {
	input.row.required == false
} else := {"verdict": "fail", "reason": "authority_unconsulted"} if {
	input.row.residual_risk == "high"
	not input.row.consulted == true
} else := {"verdict": "pass", "reason": "assessment_current", "observed": made} if {
	input.row.residual_risk in {"low", "medium", "high"}
	input.row.required == true
}

approved if {
	is_number(input.row.approved_us)
	input.row.approved_us >= input.row.made_us
}

outdated if {
	is_number(input.row.changed_us)
	input.row.made_us + (input.parameters.lead_days * calendar.day_us) < input.row.changed_us
}

made := calendar.text(calendar.day_at(input.row.made_us, 0))

changed := calendar.text(calendar.day_at(input.row.changed_us, 0))
