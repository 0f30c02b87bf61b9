package controls.records.purposes_lawful_test

import data.controls.records.purposes_lawful

events := {
	"role": "events",
	"lawful_basis": "contract",
	"n": 3,
	"purposes": 1,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 9,
	"window_end_us": 9,
}

decided(changes) := decision if {
	decision := purposes_lawful.decision with input as {"row": object.union(events, changes), "parameters": {}}
}

told(changes) := [decided(changes).verdict, decided(changes).reason]

test_the_six_bases_and_no_other if {
	every basis in ["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"] {
		decided({"lawful_basis": basis}) == {"verdict": "pass", "reason": "basis_of_purpose", "observed": 3}
		told({"role": "purpose", "lawful_basis": basis}) == ["pass", "purpose_lawful"]
	}
	every basis in ["data_protection", "Contract", "", "legitimate_interest"] {
		told({"lawful_basis": basis}) == ["fail", "basis_unlawful"]
		told({"role": "purpose", "lawful_basis": basis}) == ["fail", "basis_unlawful"]
	}
	told({"role": "purpose", "lawful_basis": null}) == ["inconclusive", "no_data"]
}

test_events_of_no_declared_purpose if {
	told({"purposes": 0}) == ["fail", "basis_without_purpose"]
	told({"purposes": 0, "answered_us": 8}) == ["inconclusive", "answered_early"]
	told({"purposes": null})[0] == "inconclusive"
	told({"lawful_basis": null}) == ["inconclusive", "basis_unstated"]
	told({"lawful_basis": "undeclared"}) == ["inconclusive", "basis_undeclared"]
	told({"n": null}) == ["inconclusive", "no_data"]
}

test_a_register_and_a_source if {
	told({"role": "register"}) == ["pass", "register_read"]
	told({"role": "register", "purposes": 0}) == ["fail", "register_empty"]
	told({"role": "register", "purposes": null}) == ["inconclusive", "no_data"]
	told({"role": "source", "answered_us": null}) == ["pass", "collected"]
	told({"role": "member"}) == ["inconclusive", "no_data"]
}
