package controls.bedrock.guardrail_redacts_test

import data.controls.bedrock.guardrail_redacts

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"version": "3",
	"answers": 1,
	"ready": 1,
	"filters": 1,
	"redacting": 1,
	"vague": 0,
	"open": 0,
}

decided(changes) := decision if {
	decision := guardrail_redacts.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"max_age_seconds": 10},
	}
}

test_a_redacting_filter_passes if decided({}) == {"verdict": "pass", "reason": "type_redacted", "observed": 1}

test_only_a_number_is_a_version if {
	every version in ["DRAFT", "", null, 3, "3a", "-1"] {
		decided({"version": version}).reason == "guardrail_unpinned"
	}
	decided({"version": "10"}).verdict == "pass"
}

test_what_is_no_count_is_no_data if {
	every name in ["answers", "ready", "filters", "redacting", "vague", "open"] {
		every value in [null, "1"] {
			decided({name: value}).reason == "no_data"
		}
	}
}

test_what_falls_short_is_named if {
	decided({"answers": 0, "ready": 0}).reason == "guardrail_missing"
	decided({"answers": 0, "ready": 0, "open": 1}).reason == "question_open"
	decided({"ready": 0}).reason == "guardrail_unready"
	decided({"answers": 2}).reason == "guardrail_unready"
	decided({"redacting": 0, "vague": 1}).reason == "filter_unstated"
	decided({"redacting": 0}).reason == "type_only_detected"
	decided({"redacting": 0, "filters": 0}).reason == "type_unguarded"
}

test_an_old_answer_is_stale if {
	decided({"age_us": 10000001}).reason == "stale"
	decided({"age_us": null}).reason == "unanswered"
}
