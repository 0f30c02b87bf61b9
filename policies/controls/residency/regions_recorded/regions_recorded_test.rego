package controls.residency.regions_recorded_test

import data.controls.residency.regions_recorded

counts := ["listed", "known", "recording", "whole", "sound", "failing", "vague"]

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"opt_status": "ENABLED",
	"other_opt_status": "ENABLED",
	"recorder_age_us": 0,
	"listed": 1,
	"known": 1,
	"recording": 1,
	"whole": 1,
	"sound": 1,
	"failing": 0,
	"vague": 0,
}

decided(changes) := decision if {
	decision := regions_recorded.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"max_age_seconds": 10},
	}
}

test_a_sound_recorder_passes if decided({}) == {"verdict": "pass", "reason": "region_recorded", "observed": "ENABLED"}

test_what_is_no_count_is_no_pass if {
	every name in counts {
		every value in [null, "1"] {
			decided({name: value}).reason == "no_data"
		}
	}
}

test_both_lists_must_call_it_disabled if {
	decided({"opt_status": "DISABLED", "listed": 0}).reason == "recorder_missing"
	decided({"opt_status": "DISABLED", "other_opt_status": "DISABLED"}).verdict == "not_applicable"
}

test_the_recorders_were_asked_lately if {
	decided({"recorder_age_us": 10000001}).reason == "stale"
	decided({"recorder_age_us": null}).reason == "unanswered"
}

test_what_falls_short_is_named if {
	decided({"listed": 0}).reason == "recorder_missing"
	decided({"known": 0}).reason == "recorder_unproven"
	decided({"sound": 0, "failing": 1}).reason == "recorder_failing"
	decided({"sound": 0}).reason == "recorder_unproven"
	decided({"sound": 0, "whole": 0, "vague": 1}).reason == "recorder_unproven"
	decided({"sound": 0, "whole": 0}).reason == "recorder_partial"
	decided({"sound": 0, "whole": 0, "recording": 0}).reason == "recorder_stopped"
}
