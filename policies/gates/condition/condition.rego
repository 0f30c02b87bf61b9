# METADATA
# title: A line that applies only when something went wrong
# description: >-
#   input.condition is the worst verdict of what has to fail for the line to apply. When all of it is known to have
#   passed, the line does not apply; while it is not known, neither is the line, unless it is known to have failed.
package gates.condition

default decision := {"verdict": "inconclusive", "reason": "condition_unknown"}

decision := {"verdict": input.verdict, "reason": input.reason} if {
	input.condition == "fail"
} else := {"verdict": "not_applicable", "reason": "condition_not_met"} if {
	input.condition == "pass"
}
