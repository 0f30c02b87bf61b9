package gates.status_test

import data.gates.status

whole := {
	"counts": {"fail": 0, "inconclusive": 0, "pass": 9, "not_applicable": 3},
	"executed": 0,
	"fired": 0,
	"no_go": 0,
	"hard": 0,
	"adjudicated": 0,
	"provisional": 0,
}

decided(changes) := decision if {
	decision := status.decision with input as object.union(whole, changes)
}

counted(changes) := decided({"counts": changes})

test_everything_passed if {
	decided({}) == {"decision": "successful", "verdict": "pass", "rule": "all_lines_pass"}
	counted({"pass": 1}).decision == "successful"
}

test_each_makes_it_failed if {
	rules := {"executed": "rollback_executed", "fired": "trigger_fired", "no_go": "no_go_decided", "hard": "hard_line_failed"}
	every name, rule in rules {
		decided({name: 1}) == {"decision": "failed", "verdict": "fail", "rule": rule}
	}
}

test_a_rollback_is_named_before_its_trigger if {
	decided({"executed": 1, "fired": 1, "no_go": 1, "hard": 1}).rule == "rollback_executed"
	decided({"fired": 1, "no_go": 1, "hard": 1}).rule == "trigger_fired"
	decided({"no_go": 1, "hard": 1}).rule == "no_go_decided"
}

test_a_soft_line_makes_it_partial if {
	counted({"fail": 1}) == {"decision": "partial", "verdict": "fail", "rule": "line_failed"}
	decided({"counts": {"fail": 1, "inconclusive": 1}, "adjudicated": 1}).rule == "line_failed"
}

test_what_is_not_settled_makes_it_partial if {
	counted({"inconclusive": 1}) == {"decision": "partial", "verdict": "inconclusive", "rule": "line_unknown"}
	decided({"adjudicated": 1}) == {"decision": "partial", "verdict": "inconclusive", "rule": "trigger_adjudicated"}
	decided({"provisional": 1}) == {"decision": "partial", "verdict": "inconclusive", "rule": "pass_provisional"}
	counted({"pass": 0}) == {"decision": "partial", "verdict": "inconclusive", "rule": "nothing_passed"}
}

test_the_first_of_what_is_not_settled_is_named if {
	decided({"counts": {"inconclusive": 1}, "adjudicated": 1, "provisional": 1}).rule == "line_unknown"
	decided({"adjudicated": 1, "provisional": 1}).rule == "trigger_adjudicated"
	decided({"counts": {"pass": 0}, "provisional": 1}).rule == "pass_provisional"
}

test_missing_facts_are_a_failure if {
	every name in ["executed", "fired", "no_go", "hard", "adjudicated", "provisional"] {
		every value in [null, "0"] {
			decided({name: value}) == {"decision": "failed", "verdict": "fail", "rule": "facts_missing"}
		}
	}
	every verdict in ["fail", "inconclusive", "pass"] {
		every value in [null, "0"] {
			counted({verdict: value}).rule == "facts_missing"
		}
	}
	status.decision.rule == "facts_missing" with input as {}
}
