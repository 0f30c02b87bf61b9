# METADATA
# title: There was no incident of the declared kind
# description: >-
#   No incident of the declared severity or above, about what the line names, was opened in the window (raised) or was open
#   at its end (open); each declared service desk was seen alive until the window's end by an independent observer that
#   counted as many incidents as we hold, and was exported after it. What is closed or lowered later was raised all the
#   same. An incident of which the desk does not say whether it touches customers, or security, may do so.
# custom:
#   severity: critical
#   evidence_for: [checklist/128, checklist/143, checklist/177, checklist/185, nis2/art-21-2-b, iso-27001/A.5.25, soc2/CC7.3]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source// of each service desk"}
#     min_severity: {type: string, enum: [critical, high, medium, low], description: the least severity that counts}
#     about: {type: string, enum: [anything, customers, security], default: anything, description: what an incident must touch to count}
#     state: {type: string, enum: [raised, open], default: raised, description: "opened in the window, or open at its end"}
package controls.incidents.none

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"limit": input.parameters.min_severity}) if {
	is_string(input.parameters.min_severity)
	input.row.min_severity == input.parameters.min_severity
	is_number(input.row.n)
}

outcome := incident if {
	input.row.role == "incident"
} else := desk if {
	input.row.role == "feed"
}

incident := {"verdict": "fail", "reason": "incident", "observed": input.row.n} if {
	input.row.touches == true
} else := {"verdict": "inconclusive", "reason": "incident_unclassified", "observed": input.row.n}

desk := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.export_gap(input.row)
} else := {"verdict": "pass", "reason": "no_incident"}
