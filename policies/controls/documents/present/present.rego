# METADATA
# title: The declared documents are there, say what they must and are up to date
# description: >-
#   Each declared document has, at the end of the window, a version that is not empty, says something in every declared
#   section and field, and whose relative links lead somewhere; and where the line asks for it, one that was made in the
#   window, not before what it describes, or that a reviewer approved. When a version was made is what its repository
#   says. That there is no document is a failure only when the repository was asked after the window's end.
# custom:
#   severity: medium
#   evidence_for: [checklist/14, checklist/145, checklist/191, iso-27001/A.5.37]
#   population: resource
#   parameters:
#     cells: {type: array, items: string, description: "source// of each repository of documents"}
#     documents: {type: array, items: string, description: documents that must be there}
#     sections: {type: array, items: string, nullable: true, default: null, description: headings under which something must stand}
#     fields: {type: array, items: string, nullable: true, default: null, description: fields that must have a value}
#     made_in_window: {type: boolean, default: false, description: whether the version must have been made in the window}
#     newer_than: {type: string, nullable: true, default: null, description: "the document that is described: the version must not be older"}
#     reviewed: {type: boolean, default: false, description: whether a reviewer must have approved the version}
package controls.documents.present

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := outcome if {
	every name in ["made_in_window", "reviewed"] {
		is_boolean(input.parameters[name])
	}
	is_number(input.row.window_start_us)
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := absent if {
	not is_number(input.row.modified_us)
} else := {"verdict": "fail", "reason": "document_old"} if {
	input.parameters.made_in_window
	input.row.modified_us < input.row.window_start_us
} else := {"verdict": "inconclusive", "reason": "described_unknown"} if {
	is_string(input.parameters.newer_than)
	not is_number(input.row.described_us)
} else := {"verdict": "fail", "reason": "document_outdated"} if {
	is_string(input.parameters.newer_than)
	input.row.modified_us < input.row.described_us
} else := content

absent := {"verdict": "fail", "reason": "document_absent"} if {
	feed.reaches(input.row.answered_us, input.row.window_end_us)
} else := {"verdict": "inconclusive", "reason": "document_unseen"}

content := {"verdict": "inconclusive", "reason": "document_unheld"} if {
	not held
} else := {"verdict": "fail", "reason": "document_empty"} if {
	input.row.size == 0
} else := {"verdict": "fail", "reason": "document_incomplete", "observed": input.row.missing, "limit": 0} if {
	input.row.missing > 0
} else := {"verdict": "fail", "reason": "links_broken"} if {
	input.row.unlinked
} else := {"verdict": "inconclusive", "reason": "review_unknown"} if {
	input.parameters.reviewed
	not is_boolean(input.row.reviewed)
} else := {"verdict": "fail", "reason": "document_unreviewed"} if {
	input.parameters.reviewed
	not input.row.reviewed
} else := {"verdict": "pass", "reason": "document_present"}

held if {
	is_number(input.row.size)
	is_number(input.row.missing)
	is_boolean(input.row.unlinked)
}
