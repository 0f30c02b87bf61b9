package gates.go_no_go_test

import data.gates.go_no_go

decision(verdict) := word if {
	word := go_no_go.decision.decision with input as {"verdict": verdict}
}

test_only_a_pass_is_a_go if {
	decision("pass") == "go"
	every verdict in ["fail", "inconclusive", "not_applicable", null, ""] {
		decision(verdict) == "no_go"
	}
}
