# METADATA
# title: A trail records every inference call of each region
# description: >-
#   InvokeModel and Converse are management events that read: a trail that records only writes (ReadWriteType WriteOnly, or
#   an advanced selector with readOnly false) is logging and records none of them, nor does one that leaves out bedrock or
#   narrows its selector. In each declared cell one trail, of the region or multi-region, is logging, records reads of
#   management events of every source, writes digests, and delivers both without an error.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-32, ai-act/art-12, iso-27001/A.8.15, soc2/CC7.2]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each region that is enabled"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.trail.records_inference

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.trails}) if {
	watched.measured(input.row, input.parameters)
	every column in ["trails", "logging", "reads", "bedrock", "validated", "possible", "certain"] {
		is_number(input.row[column])
	}
}

outcome := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "trail_absent"} if {
	input.row.trails == 0
} else := {"verdict": "fail", "reason": "trail_stopped"} if {
	input.row.logging == 0
} else := {"verdict": "fail", "reason": "trail_records_no_reads"} if {
	input.row.reads == 0
} else := {"verdict": "fail", "reason": "trail_excludes_bedrock"} if {
	input.row.bedrock == 0
} else := {"verdict": "fail", "reason": "trail_without_digests"} if {
	input.row.validated == 0
} else := {"verdict": "fail", "reason": "trail_not_delivered"} if {
	input.row.possible == 0
} else := {"verdict": "pass", "reason": "inference_recorded"} if {
	input.row.certain > 0
} else := {"verdict": "inconclusive", "reason": "unanswered"}
