# METADATA
# title: Each alarm has gone off, and its action was carried out
# description: >-
#   The history of each alarm of the declared purposes shows an action that was carried out within the declared time (a test
#   sets its state by hand), and none that failed since. Whether somebody read what was sent is for the person who did.
# custom:
#   severity: medium
#   evidence_for: [checklist/22, nis2/art-21-2-f, iso-27001/A.8.16, soc2/CC7.2]
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of alarms and of their history"}
#     purposes: {type: array, items: string, description: "what there must be an alarm for"}
#     every_alarm: {type: boolean, default: false, description: "judge every alarm that is listed, not only those of the purposes"}
#     max_age_seconds: {type: integer, unit: s, description: "a list, or a history, is no older at the judged moment"}
#     tested_within_seconds: {type: integer, unit: s, description: "the last action lies no farther before the judged moment"}
package controls.monitoring.alarms_tested

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": age_us, "limit": allowed_us}) if {
	watched.measured(input.row, input.parameters)
	is_number(input.row.moment_us)
}

outcome := outside if {
	outside := watched.outside(input.row, input.parameters)
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.history_age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "alarm_action_failed"} if {
	input.row.failed_us >= good_us
} else := {"verdict": "pass", "reason": "alarm_tested"} if {
	is_number(age_us)
	age_us <= allowed_us
} else := {"verdict": "fail", "reason": "alarm_untested"}

allowed_us := input.parameters.tested_within_seconds * 1000000

# Rego orders null below every number: an alarm that never failed has no instant that is later than any.
good_us := input.row.good_us if {
	is_number(input.row.good_us)
} else := 0

age_us := input.row.moment_us - input.row.good_us if {
	is_number(input.row.good_us)
} else := null
