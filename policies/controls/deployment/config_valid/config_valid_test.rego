package controls.deployment.config_valid_test

import data.controls.deployment.config_valid

good := {
	"starts": 1,
	"ended_us": 100,
	"written": 5,
	"held": 5,
	"valid_us": 60,
	"invalid_us": null,
	"deployed_us": 50,
	"warnings": 2,
}

decided(changes) := decision if {
	decision := config_valid.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes)
}

test_warnings_are_shown if {
	decided({}) == {"verdict": "pass", "reason": "config_accepted", "observed": {"warnings": 2}}
}

test_without_a_count_nothing_is_decided if {
	every value in [null, "2"] {
		decided({"warnings": value}) == {"verdict": "inconclusive", "reason": "no_data"}
	}
}

test_refused if {
	outcome({"invalid_us": 60}) == ["fail", "config_refused"]
	outcome({"invalid_us": 70, "held": 4}) == ["fail", "config_refused"]
	outcome({"invalid_us": 10, "valid_us": null}) == ["fail", "config_refused"]
	outcome({"invalid_us": 10, "valid_us": "60"}) == ["fail", "config_refused"]
}

test_accepted_after_all if {
	outcome({"invalid_us": 59}) == ["pass", "config_accepted"]
	outcome({"invalid_us": "99"}) == ["pass", "config_accepted"]
}

test_what_is_missing if outcome({"held": 4}) == ["inconclusive", "log_incomplete"]

test_never_checked if {
	every value in [null, "60"] {
		outcome({"valid_us": value, "deployed_us": null}) == ["inconclusive", "config_unchecked"]
	}
}

test_nothing_deployed if outcome({"deployed_us": null}) == ["pass", "config_accepted"]

test_outdated if {
	every value in [60, 61, "50", false] {
		outcome({"deployed_us": value}) == ["inconclusive", "config_outdated"]
	}
}
