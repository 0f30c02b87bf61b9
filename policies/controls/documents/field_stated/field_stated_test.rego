package controls.documents.field_stated_test

import data.controls.documents.field_stated

good := {
	"field": "Owner",
	"expected": "Release Team",
	"filled": true,
	"value": "Release Team",
	"modified_us": 50,
	"size": 100,
	"calls": 1,
	"calls_ok": 1,
	"answered_us": 100,
	"window_end_us": 100,
}

decided(changes) := decision if {
	decision := field_stated.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

open := {"verdict": "inconclusive", "reason": "config"}

test_the_value_is_shown_beside_the_expected_one if {
	decided({}) == {"verdict": "pass", "reason": "field_stated", "observed": "Release Team", "limit": "Release Team"}
}

test_what_is_not_declared_decides_nothing if {
	every name in ["field", "expected"] {
		every value in [null, 1] {
			decided({name: value, "value": value}) == open
		}
	}
}

test_a_value_of_nothing_is_unstated if decided({"filled": false}).reason == "field_unstated"

test_a_version_without_an_instant_is_none if {
	every value in [null, "50"] {
		gone := {"modified_us": value, "filled": false, "value": null}
		decided(gone).reason == "document_absent"
		decided(object.union(gone, {"answered_us": 99})).reason == "document_unseen"
	}
}

test_content_that_is_not_held_says_nothing if {
	every value in [null, "0"] {
		decided({"size": value, "filled": false}).reason == "document_unheld"
	}
	decided({"size": 0, "filled": false}).reason == "field_unstated"
}
