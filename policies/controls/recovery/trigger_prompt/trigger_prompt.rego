# METADATA
# title: The rollback was triggered when its trigger was certain
# description: >-
#   The instant at which the log says that the rollback was triggered is at most so long after the first instant at which
#   the measured requests made a trigger certain, and no step of the rollback lies before it: a log that begins late hides
#   how long the breach went on.
# custom:
#   severity: high
#   evidence_for: [checklist/161, nis2/art-21-2-b, iso-27001/A.5.26, soc2/CC7.4]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each log of rollbacks"}
#     max_delay_seconds: {type: integer, unit: s, description: how long after certainty a trigger may be stated}
#     kinds: {type: array, items: string, description: "populations of requests, each judged by itself"}
#     latency_limit_us: {type: integer, unit: us, description: a minute with P95 over this is bad}
#     sustained_minutes: {type: integer, unit: min, description: this many bad minutes in a row are a latency trigger}
#     limit_ppm: {type: integer, unit: ppm, description: "a minute with more errors per million requests is bad"}
#     min_samples: {type: integer, unit: "1", default: 20, description: requests that a bad minute needs}
#     sustained_error_minutes: {type: integer, unit: min, description: this many bad minutes in a row are an error trigger}
#     request_sources: {type: array, items: string, description: sources that must be alive}
#     observer_counts: {type: boolean, default: true, description: "an observer that does not count is as good as none"}
#     capacity_per_second: {type: integer, unit: 1/s, nullable: true, default: null, description: bounds the unobserved}
package controls.recovery.trigger_prompt

import data.lib.percentile

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.delay_us, "limit": input.parameters.max_delay_seconds * 1000000}) if {
	is_number(input.row.trigger_us)
	input.parameters.max_delay_seconds >= 0
}

outcome := {"verdict": "fail", "reason": "steps_before_trigger"} if {
	input.row.resource == "log"
	is_number(input.row.certain_us)
} else := {"verdict": "pass", "reason": "trigger_first"} if {
	input.row.resource == "log"
} else := {"verdict": "fail", "reason": "trigger_late"} if {
	is_number(input.row.delay_us)
	input.row.delay_us > input.parameters.max_delay_seconds * 1000000
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(input.row)
} else := {"verdict": "pass", "reason": "trigger_prompt"} if {
	is_number(input.row.delay_us)
} else := {"verdict": "pass", "reason": "trigger_unforced"} if {
	is_null(input.row.certain_us)
}
