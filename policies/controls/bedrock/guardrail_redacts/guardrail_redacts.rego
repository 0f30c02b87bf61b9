# METADATA
# title: The guardrail redacts every type of personal data, both ways
# description: >-
#   Each declared guardrail, of a numbered version that is ready, has for every declared type an entity or a regular
#   expression of that name that is on for what goes in and for what comes out, and that blocks or anonymises: one that only
#   detects leaves the text in the logs. What a filter does not state is not decided. That calls carry the guardrail is not
#   judged here.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-25, gdpr/art-32, gdpr/art-5-1-c, iso-27001/A.8.11, soc2/C1.1]
#   unit: filters
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the guardrails"}
#     guardrails: {type: array, items: string, description: "id:version of each guardrail that calls must carry"}
#     types: {type: array, items: string, description: types of entities and names of regular expressions that must be redacted}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.bedrock.guardrail_redacts

import data.lib.asked

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union({"observed": input.row.redacting}, outcome)

outcome := {"verdict": "fail", "reason": "guardrail_unpinned"} if {
	input.row.role == "fact"
	not numbered
} else := said if {
	said := asked.outside(input.row, input.parameters)
} else := filter

numbered if {
	is_string(input.row.version)
	input.row.version != ""
	trim(input.row.version, "0123456789") == ""
}

filter := {"verdict": "inconclusive", "reason": "no_data"} if {
	some name in ["answers", "ready", "filters", "redacting", "vague", "open"]
	not is_number(input.row[name])
} else := {"verdict": "inconclusive", "reason": "question_open", "observed": input.row.open} if {
	input.row.answers == 0
	input.row.open > 0
} else := {"verdict": "fail", "reason": "guardrail_missing"} if {
	input.row.answers == 0
} else := {"verdict": "fail", "reason": "guardrail_unready"} if {
	input.row.ready < input.row.answers
} else := {"verdict": "pass", "reason": "type_redacted"} if {
	input.row.redacting > 0
} else := {"verdict": "inconclusive", "reason": "filter_unstated"} if {
	input.row.vague > 0
} else := {"verdict": "fail", "reason": "type_only_detected"} if {
	input.row.filters > 0
} else := {"verdict": "fail", "reason": "type_unguarded"}
