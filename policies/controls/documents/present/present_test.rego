package controls.documents.present_test

import data.controls.documents.present

good := {
	"modified_us": 50,
	"size": 100,
	"reviewed": true,
	"missing": 0,
	"unlinked": false,
	"described_us": 50,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 100,
	"window_start_us": 10,
	"window_end_us": 100,
}

parameters := {"made_in_window": true, "reviewed": true, "newer_than": "architecture"}

decided(changes, parameter_changes) := decision if {
	decision := present.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_it_passes if decided({}, {}) == {"verdict": "pass", "reason": "document_present"}

test_how_much_is_missing_is_shown if {
	decided({"missing": 2}, {}) == {"verdict": "fail", "reason": "document_incomplete", "observed": 2, "limit": 0}
	decided({"missing": 1}, {}).verdict == "fail"
}

test_parameters_of_other_types_decide_nothing if {
	every name in ["made_in_window", "reviewed"] {
		every value in [null, "true", 1] {
			decided({}, {name: value}) == open
		}
	}
}

test_without_the_start_of_the_window_nothing_is_decided if {
	every value in [null, "10"] {
		decided({"window_start_us": value}, {}) == open
	}
}

test_a_version_without_an_instant_is_none if {
	every value in [null, "50"] {
		decided({"modified_us": value}, {}).reason == "document_absent"
		decided({"modified_us": value, "answered_us": 99}, {}).reason == "document_unseen"
		decided({"modified_us": value, "answered_us": null}, {}).reason == "document_unseen"
	}
}

test_what_it_describes_has_an_instant if {
	every value in [null, "50"] {
		decided({"described_us": value}, {}).reason == "described_unknown"
		decided({"described_us": value}, {"newer_than": null}).verdict == "pass"
	}
	decided({"described_us": 51}, {}).reason == "document_outdated"
	decided({"described_us": 51}, {"newer_than": null}).verdict == "pass"
}

test_content_of_which_anything_is_unknown_is_not_held if {
	every name in ["size", "missing"] {
		every value in [null, "0"] {
			decided({name: value}, {}).reason == "document_unheld"
		}
	}
	every value in [null, "false", 0] {
		decided({"unlinked": value}, {}).reason == "document_unheld"
	}
}

test_a_review_is_one_or_none if {
	every value in [null, "true", 1] {
		decided({"reviewed": value}, {}).reason == "review_unknown"
		decided({"reviewed": value}, {"reviewed": false}).verdict == "pass"
	}
}
