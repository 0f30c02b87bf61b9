# METADATA
# title: The declared procedures were rehearsed with success
# description: >-
#   The last rehearsal in the window of each declared procedure and level succeeded and took no longer than its limit. A
#   rehearsal of which no duration is stated may have been too slow. What was not rehearsed is never a pass.
# custom:
#   severity: high
#   evidence_for: [checklist/15, checklist/23, checklist/204, gdpr/art-32, nis2/art-21-2-c, iso-27001/A.5.30, soc2/A1.3]
#   population: resource
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source// of each source of rehearsals"}
#     procedures: {type: array, items: string, description: what must have been rehearsed}
#     levels: {type: array, items: integer, unit: "1", description: "its level, place by place; 0 where it has none"}
#     limit_seconds: {type: array, items: integer, unit: s, description: "how long it may take, place by place; at most a week"}
package controls.quality.drill_passed

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": input.row.duration_us, "limit": input.row.limit_seconds * 1000000}) if {
	is_string(input.row.procedure)
	is_number(input.row.level)
	input.row.limit_seconds > 0
	input.row.limit_seconds <= 604800
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "inconclusive", "reason": "not_rehearsed"} if {
	is_null(input.row.outcome)
} else := {"verdict": "fail", "reason": "drill_failed"} if {
	input.row.outcome != "passed"
} else := {"verdict": "inconclusive", "reason": "duration_unknown"} if {
	not is_number(input.row.duration_us)
} else := {"verdict": "fail", "reason": "drill_slow"} if {
	input.row.duration_us > input.row.limit_seconds * 1000000
} else := {"verdict": "pass", "reason": "drill_passed"}
