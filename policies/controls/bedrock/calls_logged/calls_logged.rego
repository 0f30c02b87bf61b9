# METADATA
# title: Bedrock logs its calls wherever it is called
# description: >-
#   In each account and region in which CloudTrail has a call of a model, Bedrock's own log of calls is switched on; and
#   where that log is collected (`log_sources`), it holds the request of every call that succeeded. Calls through
#   bedrock-mantle, agents and batch jobs are not in that log by its design, and are not judged here.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-5-2, gdpr/art-32, ai-act/art-12, ai-act/art-26-6, iso-27001/A.8.15, soc2/CC7.2]
#   unit: calls
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for how Bedrock logs"}
#     log_sources: {type: array, items: string, nullable: true, default: null, description: "sources of Bedrock's own log; null: only whether it is switched on is judged"}
#     delivery_seconds: {type: integer, unit: s, default: 3600, description: "how long the log takes at most: a younger call may still be about to be logged"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.bedrock.calls_logged

import data.lib.asked

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union({"observed": input.row.unlogged, "limit": input.row.calls}, outcome) if {
	is_number(input.parameters.delivery_seconds)
}

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := region

region := {"verdict": "inconclusive", "reason": "no_data"} if {
	not well_formed
} else := {"verdict": "fail", "reason": "logging_off"} if {
	not input.row.enabled
} else := {"verdict": "pass", "reason": "logging_on"} if {
	is_null(input.parameters.log_sources)
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.silent_logs != 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	input.row.pending != 0
} else := {"verdict": "fail", "reason": "calls_unlogged"} if {
	input.row.unlogged > 0
} else := {"verdict": "inconclusive", "reason": "request_unnamed"} if {
	input.row.unnamed != 0
} else := {"verdict": "pass", "reason": "calls_logged"}

well_formed if {
	is_boolean(input.row.enabled)
	every name in ["calls", "unlogged", "unnamed", "pending", "silent_logs"] {
		is_number(input.row[name])
	}
}
