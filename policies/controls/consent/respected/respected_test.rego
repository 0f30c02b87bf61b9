package controls.consent.respected_test

import data.controls.consent.respected

uses := {
	"role": "uses",
	"standing": "respected",
	"n": 3,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 9,
	"window_end_us": 9,
}

decided(changes) := decision if {
	decision := respected.decision with input as {"row": object.union(uses, changes), "parameters": {}}
}

told(changes) := [decided(changes).verdict, decided(changes).reason]

test_each_standing if {
	decided({}) == {"verdict": "pass", "reason": "consent_respected", "observed": 3}
	told({"standing": "early"}) == ["fail", "consent_later"]
	told({"standing": "withdrawn"}) == ["fail", "consent_withdrawn"]
	told({"standing": "other_purpose"}) == ["fail", "consent_for_other"]
	told({"standing": "unknown"}) == ["fail", "consent_unknown"]
	told({"standing": "unknown", "answered_us": 8}) == ["inconclusive", "answered_early"]
	told({"standing": "unlinked"}) == ["inconclusive", "consent_unlinked"]
	told({"standing": "undeclared"}) == ["inconclusive", "purpose_undeclared"]
	told({"standing": "unversioned"}) == ["inconclusive", "consent_unversioned"]
	told({"standing": "other_basis"}) == ["not_applicable", "consent_not_needed"]
	told({"standing": "else"}) == ["inconclusive", "no_data"]
	told({"n": null}) == ["inconclusive", "no_data"]
}

test_a_register_and_a_source if {
	told({"role": "register"}) == ["pass", "register_read"]
	told({"role": "source", "answered_us": null}) == ["pass", "collected"]
	told({"role": "member"}) == ["inconclusive", "no_data"]
}
