package controls.decisions.recorded_test

import data.controls.decisions.recorded

whole := {"resource": "line_113", "criteria": "line_111", "decisions": 1, "go": 1, "criteria_verdict": "pass"}

but(changes) := decision if {
	decision := recorded.decision with input as {
		"row": object.union(whole, changes),
		"parameters": {"line": "line_113", "criteria": "line_111"},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_go_over_criteria_that_passed if but({}) == {"verdict": "pass", "reason": "go_recorded"}

test_a_no_go_passes_over_any_criteria if {
	every verdict in ["pass", "fail", "inconclusive", null] {
		but({"go": 0, "criteria_verdict": verdict}) == {"verdict": "pass", "reason": "no_go_recorded"}
	}
}

test_a_go_over_anything_else_is_a_violation if {
	but({"criteria_verdict": "fail"}) == {"verdict": "fail", "reason": "go_over_failing_criteria"}
	every verdict in ["inconclusive", "not_applicable"] {
		but({"criteria_verdict": verdict}) == {"verdict": "fail", "reason": "go_over_unknown_criteria", "observed": verdict}
	}
	but({"criteria_verdict": null}) == {"verdict": "inconclusive", "reason": "criteria_unknown"}
}

test_one_decision_and_no_more if {
	but({"decisions": 0, "go": 0}) == {"verdict": "inconclusive", "reason": "decision_missing"}
	but({"decisions": 2}) == {"verdict": "fail", "reason": "decision_repeated", "observed": 2}
	but({"decisions": 2, "go": 0}) == {"verdict": "fail", "reason": "decision_repeated", "observed": 2}
}

test_another_line_than_was_asked_for_decides_nothing if {
	every member in ["resource", "criteria"] {
		every value in ["other", null] {
			but({member: value}) == open
		}
	}
}

test_what_is_no_count_decides_nothing if {
	every member in ["decisions", "go"] {
		every value in ["1", null] {
			but({member: value}) == open
		}
	}
}
