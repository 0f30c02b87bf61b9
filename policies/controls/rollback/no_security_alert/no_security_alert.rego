# METADATA
# title: No security alert was raised
# description: >-
#   No finding at or above the declared severity was first seen in the window, each declared feed of findings was alive
#   until its end, and its export was made after it. What is suppressed or resolved later was raised all the same. `fail` means that the trigger fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/157, gdpr/art-32, nis2/art-21-2-b, iso-27001/A.5.25, iso-27001/A.8.16, soc2/CC7.2]
#   trigger: true
#   early_fail: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each feed"}
#     min_severity: {type: string, enum: [critical, high, medium, low, informational], description: the least severity that is an alert}
package controls.rollback.no_security_alert

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"limit": input.parameters.min_severity}) if {
	is_string(input.parameters.min_severity)
	input.row.min_severity == input.parameters.min_severity
	is_number(input.row.n)
}

outcome := {"verdict": "fail", "reason": "security_alert", "observed": input.row.n} if {
	input.row.role == "alert"
} else := findings if {
	input.row.role == "feed"
}

findings := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.export_gap(input.row)
} else := {"verdict": "pass", "reason": "no_alert"}
