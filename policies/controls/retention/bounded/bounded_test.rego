package controls.retention.bounded_test

import data.controls.retention.bounded

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"signed": false,
	"data_class": "chat",
	"days": 90,
	"oldest_us": 0,
	"procedures": 0,
	"procedure_size": null,
}

parameters := {"classes": ["chat", "invoices"], "max_days": [90, 3650], "grace_days": 3, "max_age_seconds": 10}

decided(changes, parameter_changes) := decision if {
	decision := bounded.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_as_long_as_its_class_allows if {
	decided({}, {}) == {"verdict": "pass", "reason": "retention_bounded", "observed": 90, "limit": 90}
	decided({"days": 91}, {}).reason == "retention_long"
	decided({"days": 91, "data_class": "invoices"}, {}).limit == 3650
}

test_without_a_class_the_strictest_holds if {
	every class in [null, "other"] {
		decided({"data_class": class}, {}).verdict == "pass"
		decided({"data_class": class, "days": 91}, {}).reason == "class_unknown"
		decided({"data_class": class, "days": null}, {}).reason == "class_unknown"
	}
}

test_never_needs_a_procedure if {
	never := {"days": null}
	decided(never, {}).reason == "never_deleted"
	decided(object.union(never, {"procedures": 1, "procedure_size": 1}), {}).reason == "erasure_documented"
	decided(object.union(never, {"procedures": 1, "procedure_size": 0}), {}).reason == "never_deleted"
	decided(object.union(never, {"procedures": 1}), {}).reason == "document_unheld"
	decided(object.union(never, {"procedures": 1, "procedure_size": "1"}), {}).reason == "never_deleted"
}

test_what_is_there_counts_more_than_what_is_set if {
	decided({"oldest_us": 93 * 86400000000}, {}).verdict == "pass"
	decided({"oldest_us": (93 * 86400000000) + 1}, {}).reason == "kept_too_long"
	decided({"oldest_us": null}, {}).verdict == "pass"
}

test_days_are_a_number if decided({"days": "90"}, {}).reason == "no_data"

test_only_a_signature_excuses if {
	decided({"days": null, "signed": true}, {}).verdict == "not_applicable"
	decided({"days": null, "signed": "true"}, {}).verdict == "fail"
}

test_limits_that_do_not_fit_decide_nothing if {
	every changes in [
		{"classes": ["chat"]},
		{"classes": ["chat", "chat"]},
		{"classes": null},
		{"max_days": [90]},
		{"max_days": [90, 0]},
		{"max_days": null},
		{"classes": [], "max_days": []},
		{"grace_days": null},
	] {
		decided({}, changes) == {"verdict": "inconclusive", "reason": "config"}
	}
}
