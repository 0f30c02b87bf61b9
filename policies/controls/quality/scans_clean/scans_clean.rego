# METADATA
# title: Security scans of every declared path found nothing critical
# description: >-
#   In every declared path the last scan of each tool in the window was completed, of the release, and found no more
#   critical vulnerabilities than allowed, suppressed ones too. A result of which nothing tells the severity may be
#   critical. A path that was not scanned is never a pass.
# custom:
#   severity: critical
#   evidence_for: [checklist/4, checklist/7, gdpr/art-32, nis2/art-21-2-e, iso-27001/A.8.8, iso-27001/A.8.29, soc2/CC7.1]
#   population: resource
#   unit: critical vulnerabilities
#   parameters:
#     cells: {type: array, items: string, description: "source// of each source of scans"}
#     paths: {type: array, items: string, description: paths that must have been scanned}
#     max_critical: {type: integer, unit: "1", default: 0, description: "critical vulnerabilities in a path; more fail"}
#     min_tools: {type: integer, unit: "1", default: 1, description: fewer tools over a path prove nothing}
#     of_release: {type: boolean, default: true, description: whether the scan must state the commit of the release}
package controls.quality.scans_clean

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.critical, "limit": input.parameters.max_critical}) if {
	well_formed
	is_number(input.parameters.max_critical)
	is_number(input.parameters.min_tools)
	is_boolean(input.parameters.of_release)
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.min_tools < 1
} else := {"verdict": "inconclusive", "reason": "not_scanned"} if {
	input.row.tools == 0
} else := {"verdict": "inconclusive", "reason": "release_unstated"} if {
	input.parameters.of_release
	input.row.of_unknown > 0
} else := {"verdict": "inconclusive", "reason": "other_release"} if {
	input.parameters.of_release
	input.row.of_others > 0
} else := {"verdict": "fail", "reason": "critical_found"} if {
	input.row.critical > input.parameters.max_critical
} else := {"verdict": "inconclusive", "reason": "scan_incomplete"} if {
	input.row.incomplete > 0
} else := {"verdict": "inconclusive", "reason": "scan_unrated"} if {
	input.row.critical + input.row.unrated > input.parameters.max_critical
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.tools < input.parameters.min_tools
} else := {"verdict": "pass", "reason": "scan_clean"}

well_formed if {
	every name in ["tools", "incomplete", "of_unknown", "of_others", "critical", "unrated"] {
		is_number(input.row[name])
	}
}
