package controls.flags.read_back_test

import data.controls.flags.read_back

good := {"documents": 1, "enabled": true, "changed_later": 0, "activations": 1, "rolled_back": 0}

decided(changes) := decision if {
	decision := read_back.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_it_reads_is_shown if {
	decided({}) == {"verdict": "pass", "reason": "flag_reads_on", "observed": true, "limit": true}
	decided({"enabled": false}) == {"verdict": "fail", "reason": "flag_reads_off", "observed": false, "limit": true}
}

test_rolled_back if outcome({"rolled_back": 1, "activations": 0}) == ["fail", "flag_rolled_back"]

test_inactive if outcome({"activations": 0, "documents": 0}) == ["inconclusive", "flag_inactive"]

test_unread if outcome({"documents": 0, "enabled": null}) == ["inconclusive", "flag_unread"]

test_undecided if {
	every value in [null, "true", 1] {
		outcome({"enabled": value, "changed_later": 1}) == ["inconclusive", "flag_undecided"]
	}
}

test_changed_later if {
	every value in [true, false] {
		outcome({"enabled": value, "changed_later": 1}) == ["inconclusive", "flag_changed_later"]
	}
}

test_what_is_no_count_decides_nothing if {
	every name in ["documents", "changed_later", "activations", "rolled_back"] {
		every value in [null, "1"] {
			decided({name: value}) == open
		}
	}
}
