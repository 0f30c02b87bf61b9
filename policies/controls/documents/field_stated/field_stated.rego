# METADATA
# title: A document states the declared values
# description: >-
#   In the last version of the document at the end of the window, each declared field has the declared value. A value that
#   auditor.toml does not list is another one. That there is no document is a failure only when the repository was asked
#   after the window's end.
# custom:
#   severity: low
#   evidence_for: [checklist/226, checklist/227, checklist/228, checklist/229]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of each repository of documents"}
#     document: {type: string, description: the document}
#     fields: {type: array, items: string, description: its fields}
#     values: {type: array, items: string, description: "what they must say, place by place"}
package controls.documents.field_stated

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "config"}

decision := object.union(outcome, {"observed": input.row.value, "limit": input.row.expected}) if {
	is_string(input.row.field)
	is_string(input.row.expected)
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "pass", "reason": "field_stated"} if {
	input.row.filled
	input.row.value == input.row.expected
} else := absent if {
	not is_number(input.row.modified_us)
} else := {"verdict": "inconclusive", "reason": "document_unheld"} if {
	not is_number(input.row.size)
} else := {"verdict": "fail", "reason": "field_unstated"} if {
	not input.row.filled
} else := {"verdict": "fail", "reason": "field_other"}

absent := {"verdict": "fail", "reason": "document_absent"} if {
	feed.reaches(input.row.answered_us, input.row.window_end_us)
} else := {"verdict": "inconclusive", "reason": "document_unseen"}
