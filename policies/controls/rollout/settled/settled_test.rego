package controls.rollout.settled_test

import data.controls.rollout.settled

service := {
	"kind": "ecs_service",
	"age_us": 600000000,
	"tried_age_us": 600000000,
	"parts": 1,
	"beside": 0,
	"tries": 1,
	"failed": 0,
	"moving": 0,
	"incomplete": 0,
	"desired": 2,
	"running": 2,
	"pending": 0,
	"numbered": 1,
}

stack := object.union(service, {"kind": "stack", "tries": 0, "desired": 0, "running": 0, "numbered": 0})

decided(row, changes, parameters) := decision if {
	decision := settled.decision with input as {
		"row": object.union(row, changes),
		"parameters": object.union({"max_age_seconds": 600}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_is_complete_passes if {
	decided(service, {}, {}) == {"verdict": "pass", "reason": "rollout_settled", "observed": 2, "limit": 2}
	decided(stack, {}, {}).verdict == "pass"
	decided(stack, {"kind": "lambda_alias"}, {}).verdict == "pass"
	decided(stack, {"kind": "codedeploy_group"}, {}).verdict == "pass"
}

test_each_thing_that_is_wrong_fails if {
	decided(service, {"parts": 0}, {}).reason == "rollout_missing"
	decided(service, {"failed": 1}, {}).reason == "rollout_failed"
	decided(service, {"moving": 1}, {}).reason == "rollout_moving"
	decided(service, {"beside": 1}, {}).reason == "rollout_moving"
	decided(service, {"running": 1}, {}).reason == "rollout_unsteady"
	decided(service, {"running": 3}, {}).reason == "rollout_unsteady"
	decided(service, {"pending": 1}, {}).reason == "rollout_unsteady"
	decided(service, {"desired": 0, "running": 0}, {}).reason == "rollout_unsteady"
}

test_what_is_not_clear_decides_nothing if {
	decided(service, {"incomplete": 1}, {}).reason == "rollout_unclear"
	decided(service, {"parts": 2}, {}).reason == "rollout_unclear"
	decided(service, {"tries": 0}, {}).reason == "rollout_unclear"
	decided(service, {"numbered": 0, "desired": 0, "running": 0}, {}).reason == "rollout_unclear"
	decided(stack, {"kind": "other"}, {}).reason == "rollout_unclear"
	decided(service, {"kind": "other"}, {}).reason == "rollout_unclear"
	decided(stack, {"parts": 2}, {}).reason == "rollout_unclear"
	decided(stack, {"incomplete": 1}, {}).reason == "rollout_unclear"
}

test_old_answers_decide_nothing if {
	decided(service, {"age_us": 600000001}, {}).reason == "stale"
	decided(service, {"tried_age_us": 600000001}, {}).reason == "stale"
	decided(service, {"age_us": null}, {}).reason == "unanswered"
	decided(service, {"tried_age_us": null}, {}).reason == "unanswered"
}

test_a_failure_that_is_known_fails_without_a_history if {
	decided(service, {"tried_age_us": null, "failed": 1}, {}).verdict == "fail"
}

test_an_age_of_a_second_is_the_least if {
	decided(service, {"age_us": 1, "tried_age_us": 1}, {"max_age_seconds": 1}).verdict == "pass"
	decided(service, {}, {"max_age_seconds": 0}).reason == "config"
}

test_without_numbers_nothing_is_decided if {
	every column in ["parts", "beside", "tries", "failed", "moving", "incomplete", "desired", "running", "pending", "numbered"] {
		every value in [null, "1"] {
			decided(service, {column: value}, {}) == open
		}
	}
	every value in [null, "600"] {
		decided(service, {}, {"max_age_seconds": value}) == open
	}
}
