package controls.audit.operations_complete_test

import data.controls.audit.operations_complete

whole := {
	"role": "operations",
	"n": 3,
	"requests": 1,
	"starts": 1,
	"decisions": 1,
	"operations": 1,
	"completions": 1,
	"open": false,
}

requests := {"role": "requests", "n": 1, "requests": 3, "unobserved": 0, "watermark_us": 100, "window_end_us": 100}

decided(row) := decision if {
	decision := operations_complete.decision with input as {"row": row, "parameters": {}}
}

but(changes) := decided(object.union(whole, changes))

empty := {"verdict": "inconclusive", "reason": "no_data"}

test_both_roles_pass if {
	decided(whole) == {"verdict": "pass", "reason": "operation_recorded", "observed": 3}
	decided(requests) == {"verdict": "pass", "reason": "requests_observed", "observed": 1}
	but({"decisions": 2, "operations": 2}).verdict == "pass"
}

test_what_is_no_count_decides_nothing if {
	every row in [whole, requests] {
		every name in ["n", "requests"] {
			every value in [null, "1"] {
				decided(object.union(row, {name: value})) == empty
			}
		}
	}
}

test_another_role_decides_nothing if but({"role": "member"}) == empty

test_each_step_has_to_be_there_the_right_number_of_times if {
	every changes in [{"starts": 0}, {"starts": 2}, {"decisions": 0}, {"operations": 0}, {"completions": 0}, {"completions": 2}, {"requests": 2}] {
		but(changes) == {"verdict": "fail", "reason": "operation_incomplete", "observed": 3}
	}
}

test_an_open_operation_may_still_be_whole if {
	every changes in [{"starts": 0}, {"decisions": 0}, {"operations": 0}, {"completions": 0}, {"requests": 0}] {
		but(object.union(changes, {"open": true})).reason == "operation_open"
	}
}

test_what_is_there_twice_is_never_whole_again if {
	every changes in [{"starts": 2}, {"completions": 2}, {"requests": 2}] {
		but(object.union(changes, {"open": true})).reason == "operation_incomplete"
	}
}

test_a_record_without_a_request_is_whole_in_itself if {
	but({"requests": 0}).reason == "request_unknown"
	but({"requests": 0, "decisions": 2, "operations": 2}).reason == "request_unknown"
	every changes in [{"starts": 0}, {"starts": 2}, {"decisions": 0}, {"operations": 0}, {"completions": 0}, {"completions": 2}] {
		but(object.union(changes, {"requests": 0})).reason == "operation_incomplete"
	}
}

test_neither_start_nor_completion_is_no_record if {
	but({"starts": 0, "completions": 0}).reason == "operation_unrecorded"
	but({"starts": 0, "completions": 0, "decisions": 0, "operations": 0}).verdict == "fail"
}

test_events_that_name_nothing_fail if but({"role": "anonymous"}).reason == "operation_unnamed"

test_the_requests_have_to_be_known if {
	every item in [
		[{"requests": 0}, "no_data"],
		[{"watermark_us": 99}, "window_incomplete"],
		[{"watermark_us": null}, "window_incomplete"],
		[{"unobserved": null}, "coverage"],
		[{"unobserved": "0"}, "coverage"],
		[{"unobserved": 1}, "count_mismatch"],
		[{"unobserved": -1}, "count_mismatch"],
	] {
		decided(object.union(requests, item[0])).reason == item[1]
		decided(object.union(requests, item[0])).verdict == "inconclusive"
	}
}
