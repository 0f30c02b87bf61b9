package controls.security.products_watching_test

import data.controls.security.products_watching

watching := {
	"role": "product",
	"product": "securityhub",
	"age_us": 10000000,
	"enabled": true,
	"looked_at": 2,
	"findings": 0,
	"silent_us": 20000000,
}

limits := {"product": "securityhub", "min_looked_at": 2, "max_age_seconds": 10, "max_silence_seconds": 20}

decided(changes, parameters) := decision if {
	decision := products_watching.decision with input as {
		"row": object.union(watching, changes),
		"parameters": object.union(limits, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_product_that_watches_passes_at_each_limit if {
	decided({}, {}) == {"verdict": "pass", "reason": "product_watching", "observed": 2, "limit": 2}
}

test_each_limit_and_a_bit if {
	decided({"age_us": 10000001}, {}).reason == "stale"
	decided({"looked_at": 1}, {}) == {"verdict": "fail", "reason": "product_idle", "observed": 1, "limit": 2}
	decided({"silent_us": 20000001}, {}) == {
		"verdict": "inconclusive",
		"reason": "product_silent",
		"observed": 2,
		"limit": 2,
	}
}

test_a_product_that_is_off_fails_whatever_it_found if {
	every changes in [{"looked_at": null}, {"findings": null}, {"silent_us": null}, {}] {
		found := decided(object.union(changes, {"enabled": false}), {})
		found.verdict == "fail"
		found.reason == "product_off"
	}
}

test_what_was_not_answered_is_not_nothing if {
	every name in ["enabled", "looked_at", "findings"] {
		every value in [null, "2"] {
			found := decided({name: value}, {})
			found.verdict == "inconclusive"
			found.reason == "product_unstated"
		}
	}
	decided({"age_us": null}, {}).reason == "unanswered"
}

test_a_product_that_was_never_heard_of_is_silent if {
	every value in [null, "1"] {
		decided({"silent_us": value}, {}).reason == "product_silent"
	}
}

test_a_call_must_have_been_answered if {
	call := {"role": "call", "enabled": null, "looked_at": null, "findings": null, "silent_us": null}
	decided(call, {}).verdict == "pass"
	decided(object.union(call, {"age_us": null}), {}).reason == "unanswered"
	decided(object.union(call, {"age_us": 10000001}), {}).verdict == "inconclusive"
}

test_without_limits_or_of_another_product_nothing_is_decided if {
	every name in ["min_looked_at", "max_age_seconds", "max_silence_seconds"] {
		every value in [null, "10"] {
			decided({}, {name: value}) == open
		}
	}
	decided({}, {"product": "macie"}) == open
	decided({"product": null}, {"product": null, "max_age_seconds": null}) == open
	decided({"role": "other"}, {}) == open
}
