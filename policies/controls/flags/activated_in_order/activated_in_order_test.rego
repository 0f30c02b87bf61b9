package controls.flags.activated_in_order_test

import data.controls.flags.activated_in_order

good := {
	"position": 2,
	"activations": 1,
	"activated_us": 100,
	"unclear": 0,
	"off_again": 0,
	"on_before": false,
	"before": 1,
	"missing_before": 0,
}

decided(changes) := decision if {
	decision := activated_in_order.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_its_place_is_shown_beside_the_plans if {
	decided({}) == {"verdict": "pass", "reason": "flag_activated", "observed": 2, "limit": 2}
}

test_what_cannot_be_undone_fails_first if {
	outcome({"off_again": 1, "on_before": true, "activations": 2, "before": 3}) == ["fail", "flag_off_again"]
	outcome({"on_before": true, "activations": 2, "unclear": 1}) == ["fail", "flag_on_early"]
	outcome({"activations": 2, "unclear": 1}) == ["fail", "flag_repeated"]
}

test_unclear if outcome({"unclear": 1, "activations": 0}) == ["inconclusive", "flag_undecided"]

test_inactive if {
	decided({"activations": 0, "activated_us": null, "before": 0}) == {
		"verdict": "inconclusive",
		"reason": "flag_inactive",
		"observed": null,
		"limit": 2,
	}
}

test_out_of_order if {
	outcome({"before": 0}) == ["fail", "flag_out_of_order"]
	outcome({"before": 2}) == ["fail", "flag_out_of_order"]
}

test_a_missing_flag_leaves_the_order_open if {
	outcome({"before": 0, "missing_before": 1}) == ["inconclusive", "flag_order_unknown"]
	outcome({"before": 2, "missing_before": 1}) == ["fail", "flag_out_of_order"]
}

test_what_is_not_known_decides_nothing if {
	every name in ["position", "activations", "before"] {
		every value in [null, "1"] {
			decided({name: value}) == open
		}
	}
	decided({"missing_before": null}) == open
	decided({"unclear": null}) == open
}
