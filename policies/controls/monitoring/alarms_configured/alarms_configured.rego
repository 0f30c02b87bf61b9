# METADATA
# title: The alarms are configured and active
# description: >-
#   Each declared purpose has an alarm, and each alarm is evaluated on data (state OK or ALARM), has its actions enabled and
#   has at least one, and the metric that it watches has a recent datapoint. An alarm that the source may not have listed is
#   inconclusive, never missing.
# custom:
#   severity: high
#   evidence_for: [checklist/22, checklist/102, checklist/104, checklist/105, checklist/107, nis2/art-21-2-b, iso-27001/A.8.16, soc2/CC7.2]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of alarms"}
#     purposes: {type: array, items: string, description: "what there must be an alarm for"}
#     every_alarm: {type: boolean, default: false, description: "judge every alarm that is listed, not only those of the purposes"}
#     max_age_seconds: {type: integer, unit: s, description: "a list of alarms is no older at the judged moment"}
#     metric_sources: {type: array, items: string, description: sources of the datapoints}
#     metric_max_age_seconds: {type: integer, unit: s, nullable: true, default: null, description: "the newest datapoint of an alarm's metric is no older; null: not judged"}
package controls.monitoring.alarms_configured

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.state, "limit": ["OK", "ALARM"]}) if {
	watched.measured(input.row, input.parameters)
}

outcome := outside if {
	outside := watched.outside(input.row, input.parameters)
} else := {"verdict": "fail", "reason": "alarm_actions_disabled"} if {
	input.row.actions_enabled == false
} else := {"verdict": "inconclusive", "reason": "alarm_unstated"} if {
	not input.row.actions_enabled == true
} else := {"verdict": "fail", "reason": "alarm_without_action"} if {
	input.row.actions == 0
} else := {"verdict": "fail", "reason": "alarm_insufficient_data"} if {
	not input.row.state in {"OK", "ALARM"}
} else := {"verdict": "fail", "reason": "alarm_not_evaluated"} if {
	not is_null(input.row.evaluation)
} else := {"verdict": "pass", "reason": "alarm_active"} if {
	not metric_judged
} else := {"verdict": "inconclusive", "reason": "alarm_metric_unknown"} if {
	is_null(input.row.metric)
} else := {"verdict": "pass", "reason": "alarm_active"} if {
	is_number(input.row.newest_us)
	input.row.moment_us - input.row.newest_us <= allowed_us
} else := {"verdict": "fail", "reason": "alarm_metric_silent"} if {
	is_number(input.row.asked_us)
	input.row.asked_us - last_us > allowed_us
} else := {"verdict": "inconclusive", "reason": "metric_unasked"}

# A composite alarm watches other alarms, a log alarm a query.
metric_judged if {
	is_number(input.parameters.metric_max_age_seconds)
	input.row.kind == "metric"
}

allowed_us := input.parameters.metric_max_age_seconds * 1000000

last_us := input.row.newest_us if {
	is_number(input.row.newest_us)
} else := 0
