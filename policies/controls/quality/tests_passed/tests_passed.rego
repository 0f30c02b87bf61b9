# METADATA
# title: The declared test suites passed
# description: >-
#   Of the cases of each suite's last run in the window that were executed, more than the declared share passed; at
#   exactly that share they did not. A suite that was not run, or too small, is never a pass. Skipped cases are not
#   executed; where none may be skipped, one is a failure.
# custom:
#   severity: critical
#   evidence_for: [checklist/2, checklist/95, nis2/art-21-2-e, iso-27001/A.8.29, soc2/CC8.1]
#   population: resource
#   sample_size: executed
#   unit: ppm
#   parameters:
#     cells: {type: array, items: string, description: "source// of each source of test reports"}
#     suites: {type: array, items: string, description: suites that must have been run}
#     more_than_percent: {type: integer, unit: "%", nullable: true, default: null, description: "more than this share must pass; null: every case"}
#     pooled: {type: boolean, default: false, description: whether the share is that of all suites together}
#     min_total: {type: integer, unit: "1", default: 1, description: a suite with fewer executed cases proves nothing}
#     skips_allowed: {type: boolean, default: false, description: whether a case may be skipped}
#     of_release: {type: boolean, default: true, description: whether the run must state the commit of the release}
package controls.quality.tests_passed

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed, "limit": least}) if {
	well_formed
	is_boolean(input.parameters.skips_allowed)
	is_boolean(input.parameters.of_release)
	is_number(input.parameters.min_total)
}

outcome := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.min_total < 1
} else := {"verdict": "inconclusive", "reason": "suite_not_run"} if {
	input.row.total == 0
} else := {"verdict": "inconclusive", "reason": "release_unstated"} if {
	input.parameters.of_release
	input.row.of_unknown > 0
} else := {"verdict": "inconclusive", "reason": "other_release"} if {
	input.parameters.of_release
	input.row.of_others > 0
} else := {"verdict": "fail", "reason": "tests_failed"} if {
	short
} else := {"verdict": "fail", "reason": "tests_skipped"} if {
	not input.parameters.skips_allowed
	input.row.skipped > 0
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	input.row.executed < input.parameters.min_total
} else := {"verdict": "pass", "reason": "tests_passed"}

well_formed if {
	every name in ["total", "passed", "skipped", "executed", "of_unknown", "of_others", "all_passed", "all_executed"] {
		is_number(input.row[name])
	}
}

share := {"passed": input.row.all_passed, "executed": input.row.all_executed} if {
	input.parameters.pooled
} else := {"passed": input.row.passed, "executed": input.row.executed}

# Parts per million of which more must pass; of every case, all. In Rego's order only a number lies between numbers.
least := 1000000 if {
	is_null(input.parameters.more_than_percent)
} else := input.parameters.more_than_percent * 10000 if {
	input.parameters.more_than_percent >= 0
	input.parameters.more_than_percent <= 100
}

short if share.passed * 1000000 < least * share.executed

# At exactly the share; of nothing executed nothing passed, which is no failure.
short if {
	not is_null(input.parameters.more_than_percent)
	share.executed > 0
	share.passed * 1000000 == least * share.executed
}

# Shown, never compared: passed per million executed, rounded down.
observed := floor((share.passed * 1000000) / share.executed) if {
	share.executed > 0
} else := null
