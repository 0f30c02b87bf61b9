# METADATA
# title: Spending is watched
# description: >-
#   The budget has each declared notification: of what is spent or of what is forecast, above the declared share of the
#   budget, exactly. One at another share, or of an amount, is another one.
# custom:
#   severity: medium
#   evidence_for: [checklist/103]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the budget"}
#     budget: {type: string, description: name of the budget}
#     notifications: {type: array, items: string, description: "ACTUAL/50, FORECASTED/100: type and whole per cent of the budget"}
#     max_age_seconds: {type: integer, unit: s, description: "the list is no older at the judged moment"}
package controls.monitoring.cost_monitored

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.found, "limit": 1}) if {
	is_number(input.parameters.max_age_seconds)
	is_number(input.row.found)
}

outcome := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.age_us, input.parameters.max_age_seconds)
} else := {"verdict": "pass", "reason": "notification_present"} if {
	input.row.found > 0
} else := {"verdict": "fail", "reason": "notification_missing"}
