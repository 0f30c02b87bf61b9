package lib.register_test

import data.lib.register

whole := {"calls": 1, "calls_ok": 1, "answered_us": 10, "window_end_us": 10}

changed(changes) := object.union(whole, changes)

test_a_register_of_after_the_moment_is_whole if {
	not register.gap(whole)
	register.read(whole) == {"verdict": "pass", "reason": "register_read"}
	register.lacks(whole, "x") == {"verdict": "fail", "reason": "x"}
	register.seen(whole) == {"verdict": "pass", "reason": "collected"}
}

test_what_is_missing_is_named if {
	register.gap(changed({"answered_us": 9})) == "answered_early"
	register.gap(changed({"answered_us": null})) == "age_unknown"
	register.gap(changed({"calls_ok": 0})) == "coverage"
	register.gap(changed({"calls": 0, "calls_ok": 0})) == "coverage_absent"
	register.gap(changed({"calls": null})) == "no_data"
	register.gap(changed({"window_end_us": null})) == "no_data"
}

test_it_then_proves_nothing if {
	register.read(changed({"answered_us": 9})) == {"verdict": "inconclusive", "reason": "answered_early"}
	register.lacks(changed({"answered_us": 9}), "x") == {"verdict": "inconclusive", "reason": "answered_early"}
	register.seen(changed({"answered_us": null})).verdict == "pass"
	register.seen(changed({"calls_ok": 0})) == {"verdict": "inconclusive", "reason": "coverage"}
}
