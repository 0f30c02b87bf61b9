# METADATA
# title: No alarm is going off
# description: >-
#   Each declared purpose has an alarm, and when the alarms were last listed, shortly before the judged moment, every one
#   was in state OK. An alarm without enough data says nothing.
# custom:
#   severity: high
#   evidence_for: [checklist/74, iso-27001/A.8.16, soc2/CC7.2]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of alarms"}
#     purposes: {type: array, items: string, description: "what there must be an alarm for"}
#     every_alarm: {type: boolean, default: false, description: "judge every alarm that is listed, not only those of the purposes"}
#     max_age_seconds: {type: integer, unit: s, description: "a list of alarms is no older at the judged moment"}
package controls.health.alarms_quiet

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.state, "limit": "OK"}) if {
	watched.measured(input.row, input.parameters)
}

outcome := outside if {
	outside := watched.outside(input.row, input.parameters)
} else := {"verdict": "fail", "reason": "alarm_firing"} if {
	input.row.state == "ALARM"
} else := {"verdict": "pass", "reason": "alarm_quiet"} if {
	input.row.state == "OK"
} else := {"verdict": "inconclusive", "reason": "alarm_undecided"}
