package controls.approvals.signed_by_role_test

import data.controls.approvals.signed_by_role

none := {
	"line": "line_24",
	"role": "cto",
	"rejected": 0,
	"approved": 0,
	"not_applicable": 0,
	"expired": 0,
	"withdrawn": 0,
	"run_unknown": 0,
	"run_early": 0,
	"early": 0,
	"late": 0,
	"other_role": 0,
}

asked := {"line": "line_24", "role": "cto", "allow_not_applicable": false}

decided(row, parameters) := decision if {
	decision := signed_by_role.decision with input as {"row": row, "parameters": parameters}
}

but(changes) := decided(object.union(none, changes), asked)

allowing(changes) := decided(object.union(none, changes), object.union(asked, {"allow_not_applicable": true}))

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_signature_passes if {
	but({"approved": 1}) == {"verdict": "pass", "reason": "approved", "observed": 1, "limit": "cto"}
}

test_a_rejection_outweighs_everything if {
	rejected := {"verdict": "fail", "reason": "rejected", "observed": 1, "limit": "cto"}
	but({"rejected": 1}) == rejected
	but({"rejected": 1, "approved": 2, "not_applicable": 1}) == rejected
}

test_that_it_does_not_apply_has_to_be_allowed if {
	allowing({"not_applicable": 1}).verdict == "not_applicable"
	allowing({"not_applicable": 1}).reason == "declared_not_applicable"
	but({"not_applicable": 1}) == {"verdict": "inconclusive", "reason": "not_applicable_refused", "limit": "cto"}
	every value in [null, "true", 1] {
		parameters := object.union(asked, {"allow_not_applicable": value})
		decided(object.union(none, {"not_applicable": 1}), parameters).reason == "not_applicable_refused"
	}
}

test_both_contradict if {
	allowing({"not_applicable": 1, "approved": 1}) == {
		"verdict": "inconclusive",
		"reason": "statements_contradict",
		"limit": "cto",
	}
}

test_what_is_missing_is_said_by_what_came_nearest if {
	but({}) == {"verdict": "inconclusive", "reason": "unsigned", "limit": "cto"}
	order := [
		["expired", "approval_expired"],
		["withdrawn", "approval_withdrawn"],
		["run_unknown", "shown_run_unknown"],
		["run_early", "shown_run_early"],
		["early", "signed_early"],
		["late", "signed_late"],
		["other_role", "other_role"],
	]
	every index, pair in order {
		later := {column: 1 | some place, [column, _] in order; place >= index}
		but({pair[0]: 1}) == {"verdict": "inconclusive", "reason": pair[1], "limit": "cto"}
		but(later).reason == pair[1]
	}
}

test_another_line_or_role_than_was_asked_for_decides_nothing if {
	every member in ["line", "role"] {
		but({"approved": 1, member: "other"}) == open
		both := {member: null}
		decided(object.union(none, object.union(both, {"approved": 1})), asked) == open
	}
}

test_what_is_no_count_decides_nothing if {
	every column in ["rejected", "approved", "not_applicable"] {
		every value in [null, "1"] {
			but(object.union({"approved": 1}, {column: value})) == open
		}
	}
}
