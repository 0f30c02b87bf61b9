# METADATA
# title: No compliance violation was recorded
# description: >-
#   No event of the application's audit log in the window is of a type that is a violation. The type alone decides: an
#   operation that failed is no violation, whatever status its event states. An event of a type that nobody declared may
#   be one. Each declared log holds events of the window and was observed until its end. `fail` means that the trigger fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/157, gdpr/art-5-2, iso-27001/A.5.36]
#   trigger: true
#   early_fail: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     violation_types: {type: array, items: string, description: types of event that are a violation}
#     ordinary_types: {type: array, items: string, description: types of event that are none}
package controls.rollback.no_compliance_violation

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.events, "limit": input.parameters.violation_types}) if {
	is_array(input.parameters.violation_types)
	is_array(input.parameters.ordinary_types)
	is_number(input.row.events)
}

outcome := events if {
	input.row.role == "events"
} else := log if {
	input.row.role == "log"
}

# The collector writes `undeclared` for a type that auditor.toml does not list: no profile can call that ordinary.
events := {"verdict": "fail", "reason": "compliance_violation"} if {
	input.row.event_type in input.parameters.violation_types
} else := {"verdict": "inconclusive", "reason": "unknown_event_type"} if {
	input.row.event_type == "undeclared"
} else := {"verdict": "pass", "reason": "ordinary_events"} if {
	input.row.event_type in input.parameters.ordinary_types
} else := {"verdict": "inconclusive", "reason": "unknown_event_type"}

log := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.gap(input.row)
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.events == 0
} else := {"verdict": "pass", "reason": "no_violation"}
