# METADATA
# title: The final status of a release
# description: >-
#   Exactly one of successful, partial and failed, with the rule that made it. A rollback, a trigger that fired, a decision
#   against the release or a hard line that failed make it failed. Only a release of which every line is known to pass or
#   not to apply, without a waiver, an adjudication or a pass that is still provisional, is successful.
package gates.status

default decision := {"decision": "failed", "verdict": "fail", "rule": "facts_missing"}

decision := {"decision": "failed", "verdict": "fail", "rule": rule} if {
	well_formed
	rule := failed
} else := {"decision": "partial", "verdict": "fail", "rule": "line_failed"} if {
	well_formed
	input.counts.fail > 0
} else := {"decision": "partial", "verdict": "inconclusive", "rule": rule} if {
	well_formed
	rule := unsettled
} else := {"decision": "successful", "verdict": "pass", "rule": "all_lines_pass"} if {
	well_formed
}

failed := "rollback_executed" if {
	input.executed > 0
} else := "trigger_fired" if {
	input.fired > 0
} else := "no_go_decided" if {
	input.no_go > 0
} else := "hard_line_failed" if {
	input.hard > 0
}

unsettled := "line_unknown" if {
	input.counts.inconclusive > 0
} else := "trigger_adjudicated" if {
	input.adjudicated > 0
} else := "pass_provisional" if {
	input.provisional > 0
} else := "nothing_passed" if {
	input.counts.pass <= 0
}

well_formed if {
	every name in ["executed", "fired", "no_go", "hard", "adjudicated", "provisional"] {
		is_number(input[name])
	}
	every verdict in ["fail", "inconclusive", "pass"] {
		is_number(input.counts[verdict])
	}
}
