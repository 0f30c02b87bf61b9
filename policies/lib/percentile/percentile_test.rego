package lib.percentile_test

import data.lib.percentile

test_equality_is_within if {
	percentile.certainly_within({"requests": 200, "over": 10, "unknown": 0})
	not percentile.certainly_over({"requests": 200, "over": 10, "unknown": 0})
}

test_one_more_is_over if {
	percentile.certainly_over({"requests": 200, "over": 11, "unknown": 0})
	not percentile.certainly_within({"requests": 200, "over": 11, "unknown": 0})
	percentile.certainly_over({"requests": 219, "over": 11, "unknown": 0})
	not percentile.certainly_over({"requests": 220, "over": 11, "unknown": 0})
}

test_unknown_is_bounded_both_ways if {
	row := {"requests": 200, "over": 8, "unknown": 10}
	not percentile.certainly_within(row)
	not percentile.certainly_over(row)
}

test_unbounded_decides_nothing if {
	row := {"requests": 200, "over": 200, "unknown": null}
	not percentile.certainly_within(row)
	not percentile.certainly_over(row)
}

test_nothing_is_never_within if {
	not percentile.certainly_within({"requests": 0, "over": 0, "unknown": 0})
	percentile.certainly_within({"requests": 1, "over": 0, "unknown": 0})
}

test_only_sound_counts_are_well_formed if {
	percentile.well_formed({"requests": 1, "over": 0, "unknown": null})
	not percentile.well_formed({"requests": 1, "over": 2, "unknown": 0})
	not percentile.well_formed({"requests": 1, "over": -1, "unknown": 0})
	not percentile.well_formed({"requests": 1, "over": 0, "unknown": -1})
	not percentile.well_formed({"requests": null, "over": 0, "unknown": 0})
	not percentile.well_formed({"requests": "5", "over": 0, "unknown": 0})
	not percentile.well_formed({"requests": 1, "over": null, "unknown": 0})
	not percentile.well_formed({"requests": 1, "over": "0", "unknown": 0})
	not percentile.well_formed({"requests": 1, "over": 0, "unknown": "0"})
	not percentile.well_formed({"requests": 1, "over": 0})
}

test_window_complete_needs_a_watermark if {
	percentile.window_complete({"watermark_us": 5, "window_end_us": 5})
	not percentile.window_complete({"watermark_us": 4, "window_end_us": 5})
	not percentile.window_complete({"watermark_us": null, "window_end_us": 5})
	not percentile.window_complete({"watermark_us": "6", "window_end_us": 5})
	not percentile.window_complete({"watermark_us": 5, "window_end_us": null})
}
