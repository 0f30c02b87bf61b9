# METADATA
# title: Each alarm reaches somebody
# description: >-
#   Each alarm of the declared purposes has its actions enabled, and at least one of them is a topic with a subscription
#   that was confirmed. A subscription that waits for its confirmation reaches nobody.
# custom:
#   severity: high
#   evidence_for: [checklist/108, nis2/art-21-2-b, iso-27001/A.8.16, soc2/CC7.2]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of alarms and subscriptions"}
#     purposes: {type: array, items: string, description: "what there must be an alarm for"}
#     every_alarm: {type: boolean, default: false, description: "judge every alarm that is listed, not only those of the purposes"}
#     max_age_seconds: {type: integer, unit: s, description: "a list is no older at the judged moment"}
package controls.monitoring.alarm_routing_confirmed

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.routes, "limit": 1}) if {
	watched.measured(input.row, input.parameters)
	is_number(input.row.routes)
	is_number(input.row.unanswered)
}

outcome := outside if {
	outside := watched.outside(input.row, input.parameters)
} else := {"verdict": "fail", "reason": "alarm_actions_disabled"} if {
	input.row.actions_enabled == false
} else := {"verdict": "inconclusive", "reason": "alarm_unstated"} if {
	not input.row.actions_enabled == true
} else := {"verdict": "pass", "reason": "routing_confirmed"} if {
	input.row.routes > 0
} else := {"verdict": "inconclusive", "reason": "unanswered"} if {
	input.row.unanswered > 0
} else := {"verdict": "fail", "reason": "routing_unconfirmed"}
