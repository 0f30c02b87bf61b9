# METADATA
# title: No security alert was raised
# description: >-
#   No finding at or above the declared severity was first seen in the window, and each declared feed of findings was
#   alive until its end. What is suppressed or resolved later was raised all the same. `fail` means that the trigger fired.
# custom:
#   severity: critical
#   evidence_for: [checklist/157]
#   trigger: true
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each feed"}
#     min_severity: {type: string, enum: [critical, high, medium, low, informational], description: the least severity that is an alert}
package controls.rollback.no_security_alert

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"limit": input.parameters.min_severity}) if {
	is_string(input.parameters.min_severity)
	input.row.min_severity == input.parameters.min_severity
	is_number(input.row.n)
	is_number(input.row.window_end_us)
}

outcome := {"verdict": "fail", "reason": "security_alert", "observed": input.row.n} if {
	input.row.role == "alert"
	input.row.n > 0
} else := feed if {
	input.row.role == "feed"
}

feed := {"verdict": "inconclusive", "reason": "coverage_absent"} if {
	input.row.calls == 0
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.calls != input.row.calls_ok
} else := {"verdict": "inconclusive", "reason": "feed_silent"} if {
	not alive
} else := {"verdict": "pass", "reason": "no_alert"} if {
	input.row.calls > 0
	alive
}

alive if {
	is_number(input.row.watermark_us)
	input.row.watermark_us >= input.row.window_end_us
}
