package gates.go_no_go_test

import data.gates.go_no_go

decision(verdict, with_waivers) := word if {
	word := at(verdict, with_waivers, true)
}

at(verdict, with_waivers, settled) := word if {
	facts := {"verdict": verdict, "verdict_with_waivers": with_waivers, "settled": settled}
	word := go_no_go.decision.decision with input as facts
}

test_what_has_not_settled_is_no_go if {
	every settled in [false, null, "true"] {
		at("pass", "pass", settled) == "no_go"
		at("fail", "pass", settled) == "no_go"
	}
}

test_only_a_pass_is_a_go if {
	decision("pass", "pass") == "go"
	every verdict in ["fail", "inconclusive", "not_applicable", null, ""] {
		decision(verdict, verdict) == "no_go"
	}
}

test_a_fail_that_is_wholly_waived_is_said_to_be_so if {
	decision("fail", "pass") == "pass_with_waiver"
	every rest in ["fail", "inconclusive", "not_applicable", null] {
		decision("fail", rest) == "no_go"
	}
}

test_what_is_not_known_cannot_be_waived if {
	every verdict in ["inconclusive", "not_applicable", null] {
		decision(verdict, "pass") == "no_go"
	}
}
