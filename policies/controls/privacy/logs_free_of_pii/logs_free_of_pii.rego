# METADATA
# title: Logs hold no personal data that the scanner can find
# description: >-
#   In every declared source of logs, as its files lay there when they were collected, the scanner found no piece of any
#   declared type; enough records were scanned, and on a labelled corpus the scanner finds at least the declared share of
#   what is planted. A type that nobody declared and that was found fails too. None found is not none there: the number of
#   records and the scanner's own recall and false positives are what it rests on.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-5-1-c, gdpr/art-5-1-f, gdpr/art-25, gdpr/art-32, iso-27001/A.8.11, iso-27001/A.8.15]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   sample_size: records
#   unit: pieces
#   parameters:
#     cells: {type: array, items: string, description: "source// of each scan"}
#     types: {type: array, items: string, description: types of personal data that logs may not hold}
#     min_records: {type: integer, unit: "1", description: with fewer records scanned nothing was shown}
#     min_planted: {type: integer, unit: "1", default: 100, description: a scanner that was shown fewer was not measured}
#     min_recall_ppm: {type: integer, unit: ppm, default: 990000, description: "of what it is shown, what the scanner has to find"}
package controls.privacy.logs_free_of_pii

default decision := {"verdict": "inconclusive", "reason": "no_data"}

shown := ["records", "hits", "scanner_planted", "scanner_found", "scanner_near_misses", "scanner_false"]

decision := object.union(outcome, {"observed": observed, "limit": 0}) if {
	every column in array.concat(shown, ["declared_sources", "scanned_sources"]) {
		is_number(input.row[column])
	}
	every name in ["min_records", "min_planted", "min_recall_ppm"] {
		is_number(input.parameters[name])
	}
}

observed := {name: input.row[name] | some name in shown}

outcome := {"verdict": "fail", "reason": "pii_in_logs"} if {
	input.row.hits > 0
} else := {"verdict": "inconclusive", "reason": "scan_missing"} if {
	not scanned
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.records < input.parameters.min_records
} else := {"verdict": "inconclusive", "reason": "scanner_blind"} if {
	not sees
} else := {"verdict": "pass", "reason": "logs_clean"} if {
	input.row.hits == 0
}

scanned if {
	input.row.declared_sources > 0
	input.row.scanned_sources == input.row.declared_sources
	input.row.records > 0
}

sees if {
	input.row.scanner_planted > 0
	input.row.scanner_planted >= input.parameters.min_planted
	input.row.scanner_found * 1000000 >= input.parameters.min_recall_ppm * input.row.scanner_planted
}
