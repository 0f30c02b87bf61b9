package gates.rollback_test

import data.gates.rollback

decision(verdict) := word if {
	word := rollback.decision.decision with input as {"verdict": verdict}
}

test_fired_rolls_back if decision("fail") == "rollback"

test_known_not_to_have_fired_continues if decision("pass") == "continue"

test_anything_else_is_undecided if {
	every verdict in ["inconclusive", "not_applicable", null, ""] {
		decision(verdict) == "undecided"
	}
}
