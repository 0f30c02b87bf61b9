# METADATA
# title: Planted personal data was detected and redacted
# description: >-
#   Of every declared type, the last run of the labelled corpus in the window planted enough, the system missed at most the
#   allowed share, of what it reported no more than the allowed share was none of the type, near misses having been planted
#   too, and none was left in what it put out. The scanner that looked there was shown pieces of its own: what it
#   cannot find it cannot call redacted.
# custom:
#   severity: critical
#   evidence_for: [checklist/9, gdpr/art-5-1-c, gdpr/art-32, gdpr/art-5-1-f, iso-27001/A.8.11, iso-27001/A.8.12, soc2/C1.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   sample_size: planted
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each file of results"}
#     corpus: {type: string, description: name of the corpus}
#     types: {type: array, items: string, description: types of personal data that have to be tested}
#     missed_limit_ppm: {type: integer, unit: ppm, description: "pieces per million that may be missed; at or below this passes"}
#     min_planted: {type: integer, unit: "1", default: 20, description: fewer pieces of a type are no test}
#     max_false_ppm: {type: integer, unit: ppm, default: 50000, description: "of what was reported, pieces per million that may be none of the type"}
#     min_near_misses: {type: integer, unit: "1", default: 20, description: with fewer near misses planted false positives were not tested}
#     min_scanner_recall_ppm: {type: integer, unit: ppm, default: 950000, description: "of the scanner's own pieces, those that it has to find"}
package controls.privacy.pii_corpus

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": input.parameters.missed_limit_ppm}) if {
	every column in ["planted", "missed", "unredacted", "scanner_planted", "scanner_found", "detected"] {
		is_number(input.row[column])
	}
	every name in ["missed_limit_ppm", "min_planted", "max_false_ppm", "min_near_misses", "min_scanner_recall_ppm"] {
		is_number(input.parameters[name])
	}
}

shown := ["planted", "missed", "unredacted", "near_misses", "false_positives", "scanner_planted", "scanner_found"]

observed := {name: input.row[name] |
	some name in shown
	is_number(input.row[name])
}

outcome := {"verdict": "fail", "reason": "pii_unredacted"} if {
	input.row.unredacted > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.planted <= 0
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.planted < input.parameters.min_planted
} else := {"verdict": "fail", "reason": "pii_missed"} if {
	input.row.missed * 1000000 > input.parameters.missed_limit_ppm * input.row.planted
} else := {"verdict": "inconclusive", "reason": "false_positives_unknown"} if {
	not counted
} else := {"verdict": "fail", "reason": "pii_imagined"} if {
	reported := input.row.detected + input.row.false_positives
	input.row.false_positives * 1000000 > input.parameters.max_false_ppm * reported
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.near_misses < input.parameters.min_near_misses
} else := {"verdict": "inconclusive", "reason": "scanner_blind"} if {
	not scanned
} else := {"verdict": "pass", "reason": "pii_redacted"}

counted if {
	is_number(input.row.near_misses)
	is_number(input.row.false_positives)
}

scanned if {
	input.row.scanner_planted > 0
	input.row.scanner_found * 1000000 >= input.parameters.min_scanner_recall_ppm * input.row.scanner_planted
}
