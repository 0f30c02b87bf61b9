package controls.recovery.flags_off_test

import data.controls.recovery.flags_off

good := {"changes": 1, "off": 1, "unsure": 0, "on_again": 0}

decided(changes) := decision if {
	decision := flags_off.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

test_it_is_off if decided({}) == {"verdict": "pass", "reason": "flag_off"}

test_what_is_no_number_decides_nothing if {
	every column in ["changes", "off", "unsure", "on_again"] {
		every value in [null, "1"] {
			decided({column: value}) == {"verdict": "inconclusive", "reason": "no_data"}
		}
	}
}

test_once_on_again_is_a_fail if decided({"on_again": 1, "unsure": 1}).reason == "flag_on_again"

test_one_unsure_change_decides_nothing if decided({"unsure": 1}).reason == "flag_unknown"

test_nothing_known_is_not_off if decided({"changes": 0, "off": 0}).reason == "flag_unknown"

test_two_at_once_must_agree if {
	decided({"changes": 2, "off": 2}).verdict == "pass"
	decided({"changes": 2, "off": 1}).reason == "flag_unknown"
	decided({"changes": 2, "off": 0}).reason == "flag_on"
}
