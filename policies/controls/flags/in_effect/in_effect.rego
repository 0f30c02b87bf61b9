# METADATA
# title: The flags are on, and the cache answers
# description: >-
#   The document of each declared flag says that everybody has it, and in the window requests were answered from the cache.
#   Without a hit nothing shows that the flag does anything, nor that it does nothing.
# custom:
#   severity: medium
#   evidence_for: [checklist/91, iso-27001/A.8.9, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   sample_size: hits
#   parameters:
#     flags: {type: array, items: string, description: "the flags, after aliases"}
#     flag_sources: {type: array, items: string, description: sources of the documents}
#     change_sources: {type: array, items: string, description: sources of the changes}
#     request_sources: {type: array, items: string, description: sources of the requests}
#     min_hits: {type: integer, unit: "1", default: 1, description: fewer hits prove nothing}
#     cells: {type: array, items: string, description: "source/account/region of each"}
package controls.flags.in_effect

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.hits, "limit": input.parameters.min_hits}) if {
	is_number(input.parameters.min_hits)
	input.parameters.min_hits > 0
	input.row.min_hits == input.parameters.min_hits
	is_number(input.row.hits)
	is_number(input.row.documents)
	is_number(input.row.changed_later)
}

outcome := {"verdict": "inconclusive", "reason": "flag_unread"} if {
	input.row.documents == 0
} else := {"verdict": "inconclusive", "reason": "flag_undecided"} if {
	not is_boolean(input.row.enabled)
} else := {"verdict": "inconclusive", "reason": "flag_changed_later"} if {
	input.row.changed_later > 0
} else := {"verdict": "fail", "reason": "flag_reads_off"} if {
	not input.row.enabled
} else := {"verdict": "inconclusive", "reason": "no_cache_hits"} if {
	input.row.hits < input.parameters.min_hits
} else := {"verdict": "pass", "reason": "flag_in_effect"}
