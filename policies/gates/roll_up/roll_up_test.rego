package gates.roll_up_test

import data.gates.roll_up

counts(fail, inconclusive, pass, not_applicable) := {"counts": {
	"fail": fail,
	"inconclusive": inconclusive,
	"pass": pass,
	"not_applicable": not_applicable,
}}

verdict(facts) := word if {
	word := roll_up.decision.verdict with input as facts
}

reason(facts) := word if {
	word := roll_up.decision.reason with input as facts
}

test_fail_outweighs_all if verdict(counts(1, 9, 9, 9)) == "fail"

test_inconclusive_outweighs_pass if verdict(counts(0, 1, 9, 9)) == "inconclusive"

test_pass_when_the_rest_pass if verdict(counts(0, 0, 1, 9)) == "pass"

test_nothing_but_not_applicable if verdict(counts(0, 0, 0, 1)) == "not_applicable"

test_nothing_is_never_a_pass if verdict(counts(0, 0, 0, 0)) == "inconclusive"

test_each_says_why if {
	reason(counts(1, 9, 9, 9)) == "member_failed"
	reason(counts(0, 1, 1, 1)) == "member_inconclusive"
	reason(counts(0, 0, 1, 1)) == "members_passed"
	reason(counts(0, 0, 0, 1)) == "members_not_applicable"
	reason(counts(0, 0, 0, 0)) == "empty"
}

test_missing_counts_are_never_a_pass if {
	every given in [
		{},
		{"pass": 3},
		{"pass": 3, "fail": 0},
		{"pass": 3, "inconclusive": 0},
		{"not_applicable": 3},
		{"not_applicable": 3, "fail": 0, "inconclusive": 0},
		{"not_applicable": 3, "pass": 0, "inconclusive": 0},
		{"not_applicable": 3, "pass": 0, "fail": 0},
	] {
		verdict({"counts": given}) == "inconclusive"
	}
	verdict({}) == "inconclusive"
}
