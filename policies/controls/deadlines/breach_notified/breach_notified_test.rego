package controls.deadlines.breach_notified_test

import data.controls.deadlines.breach_notified

hour := 3600000000

# Aware one microsecond after the beginning of an hour: the 72 hours begin with the next.
breach := {
	"role": "incident",
	"breach": true,
	"aware_us": (100 * hour) + 1,
	"notified_us": 173 * hour,
	"exception": null,
	"moment_us": 300 * hour,
}

decided(changes) := decision if {
	decision := breach_notified.decision with input as {"row": object.union(breach, changes), "parameters": {"hours": 72}}
}

told(changes) := [decided(changes).verdict, decided(changes).reason]

test_the_last_hour_passes_and_nothing_after_it if {
	decided({}) == {"verdict": "pass", "reason": "notified_in_time", "observed": (73 * hour) - 1, "limit": (73 * hour) - 1}
	told({"notified_us": (173 * hour) + 1}) == ["fail", "notified_late"]
	told({"aware_us": 100 * hour}) == ["pass", "notified_in_time"]
	told({"aware_us": (100 * hour) - 1}) == ["fail", "notified_late"]
	told({"notified_us": 100 * hour}) == ["inconclusive", "notification_early"]
}

test_what_was_not_notified if {
	told({"notified_us": null}) == ["fail", "breach_unnotified"]
	told({"notified_us": null, "moment_us": 173 * hour}) == ["inconclusive", "not_elapsed"]
	told({"notified_us": null, "moment_us": (173 * hour) + 1}) == ["fail", "breach_unnotified"]
	told({"notified_us": null, "exception": "delay_reasoned"}) == ["fail", "breach_unnotified"]
	told({"notified_us": "1"}) == ["fail", "breach_unnotified"]
}

test_exceptions if {
	told({"notified_us": 200 * hour, "exception": "delay_reasoned"}) == ["pass", "notified_late_with_reasons"]
	told({"notified_us": null, "exception": "unlikely_risk"}) == ["pass", "breach_excepted"]
	told({"notified_us": 200 * hour, "exception": "other"}) == ["fail", "notified_late"]
}

test_what_is_no_breach_or_may_be_none if {
	told({"breach": false}) == ["not_applicable", "breach_of_nothing"]
	every value in [null, "true", 1] {
		told({"breach": value}) == ["inconclusive", "breach_unclassified"]
	}
	told({"aware_us": null}) == ["inconclusive", "awareness_unknown"]
}

test_what_is_no_number_decides_nothing if {
	told({"moment_us": null}) == ["inconclusive", "no_data"]
	told({"role": "member"}) == ["inconclusive", "no_data"]
	every hours in [null, "72"] {
		breach_notified.decision.reason == "no_data" with input as {"row": breach, "parameters": {"hours": hours}}
	}
}

test_a_desk if {
	desk := {"role": "feed", "calls": 1, "calls_ok": 1, "watermark_us": 9, "answered_us": 9, "window_end_us": 9}
	told(desk) == ["pass", "register_read"]
	told(object.union(desk, {"watermark_us": 8})) == ["inconclusive", "feed_silent"]
	told(object.union(desk, {"answered_us": 8})) == ["inconclusive", "answered_early"]
}
