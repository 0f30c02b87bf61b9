package controls.recovery.trigger_prompt_test

import data.controls.recovery.trigger_prompt

measured := {
	"resource": "errors",
	"certain_us": 1000000,
	"trigger_us": 121000000,
	"delay_us": 120000000,
	"watermark_us": 100,
	"window_end_us": 100,
}

log := object.union(measured, {"resource": "log", "certain_us": null, "delay_us": null})

decided(row, changes, delay) := decision if {
	decision := trigger_prompt.decision with input as {
		"row": object.union(row, changes),
		"parameters": {"max_delay_seconds": delay},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_exactly_the_delay_is_prompt if {
	decided(measured, {}, 120) == {
		"verdict": "pass",
		"reason": "trigger_prompt",
		"observed": 120000000,
		"limit": 120000000,
	}
	decided(measured, {"delay_us": 120000001}, 120).reason == "trigger_late"
	decided(measured, {"delay_us": 0}, 0).reason == "trigger_prompt"
}

test_what_is_no_number_decides_nothing if {
	every row in [measured, log] {
		every value in [null, "1"] {
			decided(row, {"trigger_us": value}, 120) == open
			decided(row, {}, value) == open
		}
		decided(row, {}, -1) == open
	}
}

test_what_is_late_is_late_whatever_is_missing if {
	decided(measured, {"delay_us": 120000001, "watermark_us": null}, 120).reason == "trigger_late"
	decided(measured, {"watermark_us": 99}, 120).reason == "window_incomplete"
}

test_never_certain_is_unforced if {
	decided(measured, {"certain_us": null, "delay_us": null}, 120).reason == "trigger_unforced"
	decided(measured, {"certain_us": "1", "delay_us": "1"}, 120).verdict == "inconclusive"
}

test_a_log_is_judged_by_its_own_steps if {
	decided(log, {}, 120).reason == "trigger_first"
	decided(log, {"certain_us": 1, "delay_us": 5}, 120).reason == "steps_before_trigger"
	decided(log, {"watermark_us": null}, 120).reason == "trigger_first"
}
