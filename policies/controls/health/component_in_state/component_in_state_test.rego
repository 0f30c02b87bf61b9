package controls.health.component_in_state_test

import data.controls.health.component_in_state

decided(row, seconds) := decision if {
	decision := component_in_state.decision with input as {"row": row, "parameters": {"max_age_seconds": seconds}}
}

outcome(status, age) := [decision.verdict, decision.reason] if {
	decision := decided({"status": status, "age_us": age}, 60)
}

open := {"verdict": "inconclusive", "reason": "component_unchecked"}

test_the_status_is_shown if {
	decided({"status": "healthy", "age_us": 60000000}, 60) == {
		"verdict": "pass",
		"reason": "component_healthy",
		"observed": "healthy",
		"limit": "healthy",
	}
}

test_unwell if {
	every status in ["degraded", "unhealthy"] {
		outcome(status, 0) == ["fail", "component_unwell"]
	}
}

test_unknown if outcome("unknown", 0) == ["inconclusive", "status_unknown"]

test_stale if {
	every status in ["healthy", "degraded", "unknown"] {
		outcome(status, 60000001) == ["inconclusive", "stale"]
	}
}

test_what_is_not_known_decides_nothing if {
	decided({"status": null, "age_us": null}, 60) == open
	decided({"status": null, "age_us": 0}, 60) == open
	decided({"status": "healthy", "age_us": null}, 60) == open
	decided({"status": "healthy", "age_us": "0"}, 60) == open
	decided({"status": "healthy", "age_us": 0}, null) == open
	decided({"status": "healthy", "age_us": 0}, "60") == open
}
