package controls.decisions.made_by_role_test

import data.controls.decisions.made_by_role

whole := {"resource": "line_113", "decider": "cto", "decisions": 1, "by_role": 1, "role": "cto"}

but(changes) := decision if {
	decision := made_by_role.decision with input as {
		"row": object.union(whole, changes),
		"parameters": {"line": "line_113", "role": "cto"},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_by_who_decides if but({}) == {"verdict": "pass", "reason": "decided_by_role", "limit": "cto"}

test_by_another_role if {
	but({"by_role": 0, "role": "operations"}) == {
		"verdict": "fail",
		"reason": "decided_by_other_role",
		"observed": "operations",
		"limit": "cto",
	}
}

test_by_nobody if {
	but({"decisions": 0, "by_role": 0}) == {"verdict": "inconclusive", "reason": "decision_missing", "limit": "cto"}
}

test_by_two if {
	every by_role in [0, 1, 2] {
		but({"decisions": 2, "by_role": by_role}) == {
			"verdict": "inconclusive",
			"reason": "decision_repeated",
			"observed": 2,
			"limit": "cto",
		}
	}
}

test_another_line_or_role_than_was_asked_for_decides_nothing if {
	every member in ["resource", "decider"] {
		every value in ["other", null] {
			but({member: value}) == open
		}
	}
}

test_what_is_no_count_decides_nothing if {
	every member in ["decisions", "by_role"] {
		every value in ["1", null] {
			but({member: value}) == open
		}
	}
}
