# METADATA
# title: Records are kept for at least six months
# description: >-
#   Nothing in a declared log is deleted before as many days as six calendar months have at most (184), and its oldest record
#   is that old, or as old as the system, which the window begins with. A log group has no setting between 180 days, which
#   is less than six months, and 365. What never deletes is kept long enough here, whatever else speaks against it.
# custom:
#   severity: high
#   evidence_for: [ai-act/art-12, ai-act/art-19, ai-act/art-26-6, iso-27001/A.8.15, soc2/CC7.2]
#   unit: d
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for retention"}
#     resources: {type: array, items: string, description: ARNs of the logs that must be kept}
#     min_days: {type: integer, unit: d, default: 184, description: "days for which records must be kept: six months have up to 184, and fewer decide nothing"}
#     min_group_days: {type: integer, unit: d, default: 365, description: "the least setting of a log group that reaches them"}
#     slack_seconds: {type: integer, unit: s, default: 86400, description: "how much younger than the system its first record may be"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.retention.at_least

import data.lib.asked

default decision := {"verdict": "inconclusive", "reason": "config"}

six_months := 184

decision := object.union({"observed": input.row.days, "limit": input.parameters.min_days}, outcome) if {
	is_number(input.parameters.min_days)
	input.parameters.min_days >= six_months
	input.row.min_days == input.parameters.min_days
	is_number(input.parameters.min_group_days)
	input.parameters.min_group_days >= input.parameters.min_days
	is_number(input.parameters.slack_seconds)
}

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := {"verdict": "fail", "reason": "retention_short", "observed": input.row.group_days, "limit": input.parameters.min_group_days} if {
	is_number(input.row.group_days)
	input.row.group_days < input.parameters.min_group_days
} else := {"verdict": "fail", "reason": "retention_short"} if {
	is_number(input.row.days)
	input.row.days < input.parameters.min_days
} else := {"verdict": "inconclusive", "reason": "oldest_unknown"} if {
	not is_number(input.row.oldest_us)
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	not is_number(input.row.required_us)
} else := {"verdict": "fail", "reason": "records_missing"} if {
	input.row.oldest_us + (input.parameters.slack_seconds * 1000000) < input.row.required_us
} else := {"verdict": "pass", "reason": "never_deleted_here"} if {
	is_null(input.row.days)
} else := {"verdict": "pass", "reason": "retention_long_enough"} if {
	is_number(input.row.days)
}
