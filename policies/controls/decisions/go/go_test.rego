package controls.decisions.go_test

import data.controls.decisions.go

whole := {"resource": "line_113", "role": "cto", "go": 1, "no_go": 0, "others": 0}

but(changes) := decision if {
	decision := go.decision with input as {
		"row": object.union(whole, changes),
		"parameters": {"line": "line_113", "role": "cto"},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_go if {
	but({}) == {"verdict": "pass", "reason": "decided_go"}
	but({"others": 1}) == {"verdict": "pass", "reason": "decided_go"}
}

test_no_go_outweighs_go if {
	but({"no_go": 1}) == {"verdict": "fail", "reason": "decided_no_go"}
	but({"go": 0, "no_go": 1}) == {"verdict": "fail", "reason": "decided_no_go"}
}

test_nobody_who_decides if {
	but({"go": 0, "others": 1}) == {"verdict": "inconclusive", "reason": "other_role_decided"}
	but({"go": 0}) == {"verdict": "inconclusive", "reason": "decision_missing"}
}

test_another_line_or_role_than_was_asked_for_decides_nothing if {
	every member in ["resource", "role"] {
		every value in ["other", null] {
			but({member: value}) == open
		}
	}
}

test_what_is_no_count_decides_nothing if {
	every member in ["go", "no_go"] {
		every value in [null, "1"] {
			but({member: value}) == open
		}
	}
}
