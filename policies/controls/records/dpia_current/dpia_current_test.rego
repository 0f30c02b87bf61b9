package controls.records.dpia_current_test

import data.controls.records.dpia_current
import data.lib.calendar

at(year, month, day) := calendar.number(year, month, day) * calendar.day_us

covered := {
	"role": "covered",
	"thing": "direct",
	"required": true,
	"made_us": at(2025, 1, 1),
	"approved_us": at(2025, 1, 1),
	"residual_risk": "medium",
	"consulted": null,
	"changed_us": at(2025, 1, 14),
	"calls": 1,
	"calls_ok": 1,
	"answered_us": at(2025, 2, 1),
	"window_end_us": at(2025, 2, 1),
}

decided(changes, days) := decision if {
	decision := dpia_current.decision with input as {"row": object.union(covered, changes), "parameters": {"lead_days": days}}
}

told(changes) := [decided(changes, 13).verdict, decided(changes, 13).reason]

test_the_boundaries if {
	decided({}, 13) == {"verdict": "pass", "reason": "assessment_current", "observed": "2025-01-01"}
	decided({}, 12) == {"verdict": "fail", "reason": "assessment_outdated", "observed": "2025-01-01", "limit": "2025-01-14"}
	told({"changed_us": at(2025, 1, 14) + 1}) == ["fail", "assessment_outdated"]
	told({"changed_us": null}) == ["pass", "assessment_current"]
	told({"approved_us": at(2025, 1, 1) - 1}) == ["fail", "assessment_unapproved"]
	told({"approved_us": null}) == ["fail", "assessment_unapproved"]
}

test_risk_that_remains if {
	told({"residual_risk": "high"}) == ["fail", "authority_unconsulted"]
	told({"residual_risk": "high", "consulted": true}) == ["pass", "assessment_current"]
	told({"residual_risk": null}) == ["inconclusive", "no_data"]
	told({"required": null}) == ["inconclusive", "no_data"]
}

test_a_screening if {
	told({"required": false}) == ["not_applicable", "assessment_not_required"]
	told({"required": false, "approved_us": null}) == ["fail", "assessment_unapproved"]
	told({"required": false, "made_us": at(2024, 1, 1)}) == ["fail", "assessment_outdated"]
}

test_none if {
	told({"made_us": null}) == ["fail", "assessment_missing"]
	told({"made_us": null, "answered_us": 0}) == ["inconclusive", "answered_early"]
	told({"thing": "undeclared"}) == ["inconclusive", "model_undeclared"]
}

test_without_numbers_nothing_is_decided if {
	decided({}, null).reason == "no_data"
	told({"window_end_us": null}) == ["inconclusive", "no_data"]
	told({"role": "member"}) == ["inconclusive", "no_data"]
}

test_a_register_and_a_source if {
	told({"role": "register"}) == ["pass", "register_read"]
	told({"role": "register", "answered_us": 0}) == ["inconclusive", "answered_early"]
	told({"role": "source", "answered_us": null}) == ["pass", "collected"]
}
