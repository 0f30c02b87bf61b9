package controls.recovery.single_route_test

import data.controls.recovery.single_route

left := {
	"kept": false,
	"requests": 0,
	"completed": 0,
	"unplaced": 0,
	"unobserved": 0,
	"watermark_us": 100,
	"window_end_us": 100,
}

kept := object.union(left, {"kept": true, "requests": 2, "completed": 1})

decided(row, changes) := decision if {
	decision := single_route.decision with input as {"row": object.union(row, changes), "parameters": {}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_an_empty_route_and_one_that_serves if {
	decided(left, {}) == {"verdict": "pass", "reason": "route_empty", "observed": 0}
	decided(kept, {}) == {"verdict": "pass", "reason": "route_serves", "observed": 2}
}

test_what_is_no_number_or_boolean_decides_nothing if {
	every row in [left, kept] {
		every value in [null, "1"] {
			decided(row, {"kept": value}) == open
			every column in ["requests", "completed", "unplaced"] {
				decided(row, {column: value}) == open
			}
		}
	}
}

test_one_request_is_too_many_whatever_is_missing if {
	decided(left, {"requests": 1, "watermark_us": null}).reason == "route_taken"
}

test_a_window_that_was_not_seen_to_its_end if {
	every row in [left, kept] {
		decided(row, {"watermark_us": 99}).reason == "window_incomplete"
	}
}

test_one_unplaced_or_unobserved_request_may_have_taken_it if {
	decided(left, {"unplaced": 1}).reason == "unmeasured"
	every value in [1, null] {
		decided(left, {"unobserved": value}).reason == "coverage"
	}
}

test_a_kept_route_needs_to_serve_one if {
	decided(kept, {"completed": 0}).reason == "no_data"
	decided(kept, {"unplaced": 1, "unobserved": 1}).verdict == "pass"
}
