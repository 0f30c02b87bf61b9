package controls.flags.in_effect_test

import data.controls.flags.in_effect

good := {"documents": 1, "enabled": true, "changed_later": 0, "hits": 2, "min_hits": 2}

decided(changes, least) := decision if {
	decision := in_effect.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"min_hits": least},
	}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes, 2)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_hits_are_shown if {
	decided({}, 2) == {"verdict": "pass", "reason": "flag_in_effect", "observed": 2, "limit": 2}
}

test_too_few_hits if outcome({"hits": 1}) == ["inconclusive", "no_cache_hits"]

test_off if outcome({"enabled": false, "hits": 0}) == ["fail", "flag_reads_off"]

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
	every name in ["documents", "changed_later", "hits"] {
		every value in [null, "2"] {
			decided({name: value}, 2) == open
		}
	}
}

test_a_floor_that_is_none_decides_nothing if {
	decided({}, 1) == open
	every value in [null, "2", 0] {
		decided({"min_hits": value}, value) == open
	}
	decided({"min_hits": 1}, 1).verdict == "pass"
}
