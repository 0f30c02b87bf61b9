package gates.condition_test

import data.gates.condition

decided(state, verdict) := decision if {
	decision := condition.decision with input as {"condition": state, "verdict": verdict, "reason": "given"}
}

test_what_went_wrong_leaves_the_line_as_it_is if {
	every verdict in ["pass", "fail", "inconclusive", "not_applicable"] {
		decided("fail", verdict) == {"verdict": verdict, "reason": "given"}
	}
}

test_what_went_well_leaves_nothing_to_do if {
	every verdict in ["pass", "fail", "inconclusive"] {
		decided("pass", verdict) == {"verdict": "not_applicable", "reason": "condition_not_met"}
	}
}

test_what_is_not_known_decides_nothing if {
	every state in ["inconclusive", "not_applicable", "", null] {
		decided(state, "pass") == {"verdict": "inconclusive", "reason": "condition_unknown"}
	}
	condition.decision == {"verdict": "inconclusive", "reason": "condition_unknown"} with input as {}
}
