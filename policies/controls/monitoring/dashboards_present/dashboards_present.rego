# METADATA
# title: The dashboards are there and can be read
# description: >-
#   Each declared dashboard is listed, and its content was read and shows at least the declared number of widgets, shortly
#   before the judged moment. What they show is not judged.
# custom:
#   severity: medium
#   evidence_for: [checklist/31, checklist/100, iso-27001/A.8.16, soc2/CC7.2]
#   unit: widgets
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the dashboards"}
#     dashboards: {type: array, items: string, description: names of the dashboards}
#     min_widgets: {type: integer, unit: "1", default: 1, description: "a dashboard with fewer shows nothing"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.monitoring.dashboards_present

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.widgets, "limit": input.parameters.min_widgets}) if {
	is_number(input.parameters.max_age_seconds)
	is_number(input.parameters.min_widgets)
	is_boolean(input.row.listed)
}

outcome := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.listed_age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "dashboard_missing"} if {
	not input.row.listed
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.read_age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "dashboard_empty"} if {
	input.row.widgets < input.parameters.min_widgets
} else := {"verdict": "pass", "reason": "dashboard_present"} if {
	is_number(input.row.widgets)
}
