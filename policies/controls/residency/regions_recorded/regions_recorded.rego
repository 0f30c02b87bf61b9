# METADATA
# title: Every region that is enabled is recorded
# description: >-
#   In every region that an account has enabled, used or not, AWS Config records every supported type of resource and
#   delivers what it records. A region without a recorder answers nothing to an inventory, which then looks clean: where
#   the region says that it has none, that fails; where it was not asked, nothing is known. A disabled region holds
#   nothing.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-32, gdpr/art-44, iso-27001/A.5.9, iso-27001/A.8.15, soc2/CC7.1]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each list of regions"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.residency.regions_recorded

import data.lib.asked
import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union({"observed": input.row.opt_status}, outcome)

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := region

region := {"verdict": "not_applicable", "reason": "region_disabled"} if {
	input.row.opt_status == "DISABLED"
	input.row.other_opt_status == "DISABLED"
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.recorder_age_us, input.parameters.max_age_seconds)
} else := recorder

recorder := {"verdict": "inconclusive", "reason": "no_data"} if {
	some name in ["listed", "known", "recording", "whole", "sound", "failing", "vague"]
	not is_number(input.row[name])
} else := {"verdict": "fail", "reason": "recorder_missing"} if {
	input.row.listed == 0
} else := {"verdict": "inconclusive", "reason": "recorder_unproven"} if {
	input.row.known < input.row.listed
} else := {"verdict": "pass", "reason": "region_recorded"} if {
	input.row.sound > 0
} else := {"verdict": "fail", "reason": "recorder_failing"} if {
	input.row.failing > 0
} else := {"verdict": "inconclusive", "reason": "recorder_unproven"} if {
	input.row.whole > 0
} else := {"verdict": "inconclusive", "reason": "recorder_unproven"} if {
	input.row.vague > 0
} else := {"verdict": "fail", "reason": "recorder_partial"} if {
	input.row.recording > 0
} else := {"verdict": "fail", "reason": "recorder_stopped"} if {
	input.row.recording == 0
}
