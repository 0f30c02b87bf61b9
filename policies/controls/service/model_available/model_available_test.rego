package controls.service.model_available_test

import data.controls.service.model_available

offered := {"age_us": 0, "status": "ACTIVE", "probe_age_us": 0, "refused": 0, "unclear": 0}

decided(changes, parameters) := decision if {
	decision := model_available.decision with input as {
		"row": object.union(offered, changes),
		"parameters": object.union({"max_age_seconds": 10, "probe_max_age_seconds": 20}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_an_active_model_that_answers_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "model_available", "observed": 0, "limit": 20000000}
}

test_list_and_probe_must_be_young if {
	every changes, reason in {
		{"age_us": null}: "unanswered",
		{"age_us": 10000001}: "stale",
		{"probe_age_us": null}: "unanswered",
		{"probe_age_us": 20000001}: "stale",
	} {
		found := decided(changes, {})
		found.verdict == "inconclusive"
		found.reason == reason
	}
	decided({"age_us": 10000000, "probe_age_us": 20000000}, {}).verdict == "pass"
}

test_a_model_that_is_not_active_fails if {
	every status in [null, "LEGACY", ""] {
		found := decided({"status": status}, {})
		found.verdict == "fail"
		found.reason == "model_unavailable"
	}
}

test_a_probe_that_failed_fails if {
	decided({"refused": 1, "unclear": 1}, {}).verdict == "fail"
	decided({"refused": 1}, {}).reason == "probe_failed"
}

test_a_probe_of_which_nobody_knows_is_no_pass if {
	every changes in [{"unclear": 1}, {"unclear": null}, {"refused": null}] {
		decided(changes, {}).reason == "probe_unclear"
	}
}

test_without_limits_nothing_is_decided if {
	every name in ["max_age_seconds", "probe_max_age_seconds"] {
		every value in [null, "10"] {
			decided({}, {name: value}) == open
		}
	}
}
