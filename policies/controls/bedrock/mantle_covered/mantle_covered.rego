# METADATA
# title: The other door to Bedrock's models is unused, or watched
# description: >-
#   bedrock-mantle (the endpoint that speaks other vendors' protocols) reaches the same models, and Bedrock's own log of
#   calls does not see it. In each declared account and region its metrics show no call, or a declared source of evidence
#   holds at least as many events of it as its metric counts. Unused is only what was listed, too: a series is asked for by
#   its dimensions. Calls that no source of evidence covers fail; where nobody
#   asked for its metrics, nothing is known.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-32, gdpr/art-44, ai-act/art-12, iso-27001/A.8.15, soc2/CC7.2]
#   unit: calls
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the metrics"}
#     evidence_sources: {type: array, items: string, nullable: true, default: null, description: sources of audit events that record every call of that door}
package controls.bedrock.mantle_covered

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.evidenced, "limit": input.row.inferences}) if {
	every name in ["seen", "evidenced", "asked", "listed"] {
		is_number(input.row[name])
	}
}

outcome := {"verdict": "fail", "reason": "door_uncovered"} if {
	used
	input.row.evidenced == 0
} else := {"verdict": "fail", "reason": "door_undercounted"} if {
	is_number(input.row.inferences)
	input.row.evidenced < input.row.inferences
} else := {"verdict": "inconclusive", "reason": "metric_unasked"} if {
	input.row.asked < 1
} else := {"verdict": "inconclusive", "reason": "door_uncounted"} if {
	used
	not is_number(input.row.inferences)
} else := {"verdict": "pass", "reason": "door_covered"} if {
	used
} else := {"verdict": "inconclusive", "reason": "metric_unlisted"} if {
	input.row.listed < 1
} else := {"verdict": "pass", "reason": "door_unused"}

used if input.row.seen > 0

used if input.row.inferences > 0
