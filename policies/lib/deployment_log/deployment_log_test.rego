package lib.deployment_log_test

import data.lib.deployment_log

whole := {"starts": 1, "ended_us": 100, "written": 5, "held": 5}

gap(changes) := deployment_log.gap(object.union(whole, changes))

test_a_whole_phase_has_no_gap if not deployment_log.gap(whole)

test_a_phase_that_is_not_told if {
	every starts in [0, null, "1"] {
		gap({"starts": starts}) == "phase_untold"
	}
}

test_a_phase_that_is_told_twice if gap({"starts": 2}) == "phase_repeated"

test_a_phase_that_runs if {
	gap({"ended_us": null}) == "phase_running"
	gap({"ended_us": "100"}) == "phase_running"
}

test_a_log_without_numbers if {
	gap({"written": null, "held": null}) == "log_unnumbered"
	gap({"written": "5", "held": "5"}) == "log_unnumbered"
}

test_a_missing_record if gap({"held": 4}) == "log_incomplete"
