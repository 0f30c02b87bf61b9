# METADATA
# title: The security products are watching
# description: >-
#   In each declared cell the product is switched on, has at least the declared number of standards ready (or resources and
#   jobs that it looks at), and was heard of recently: by a finding of its own, or by an independent observer. Each declared
#   call was answered. No findings are a pass of nothing: of a product that is off they are a fail, and of one that was not
#   heard of, or not asked, they are not known.
# custom:
#   severity: high
#   evidence_for: [iso-27001/A.8.16, nis2/art-21, soc2/CC7.1]
#   unit: standards or resources
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the product, also of regions that are not used"}
#     product: {type: string, enum: [securityhub, inspector, macie], description: which product}
#     calls: {type: array, items: string, description: "what must have been answered, e.g. GetFindings"}
#     min_looked_at: {type: integer, unit: "1", default: 1, description: "standards that are ready (securityhub), resources that are scanned (inspector), jobs that run (macie)"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
#     max_silence_seconds: {type: integer, unit: s, description: "the newest finding, or sign of life, is no older at the judged moment"}
package controls.security.products_watching

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.looked_at, "limit": input.parameters.min_looked_at}) if {
	is_number(input.parameters.max_age_seconds)
	is_number(input.parameters.max_silence_seconds)
	is_number(input.parameters.min_looked_at)
	input.row.product == input.parameters.product
}

outcome := product if {
	input.row.role == "product"
} else := call if {
	input.row.role == "call"
}

product := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "product_off"} if {
	input.row.enabled == false
} else := {"verdict": "inconclusive", "reason": "product_unstated"} if {
	not answered
} else := {"verdict": "fail", "reason": "product_idle"} if {
	input.row.looked_at < input.parameters.min_looked_at
} else := {"verdict": "pass", "reason": "product_watching"} if {
	is_number(input.row.silent_us)
	input.row.silent_us <= input.parameters.max_silence_seconds * 1000000
} else := {"verdict": "inconclusive", "reason": "product_silent"}

call := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.age_us, input.parameters.max_age_seconds)
} else := {"verdict": "pass", "reason": "answered"}

# That it is on, what it looks at, and what it found, if only nothing.
answered if {
	input.row.enabled == true
	is_number(input.row.looked_at)
	is_number(input.row.findings)
}
