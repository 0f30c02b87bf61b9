package lib.feed_test

import data.lib.feed

whole := {"calls": 2, "calls_ok": 2, "watermark_us": 100, "answered_us": 100, "window_end_us": 100}

gap_with(change) := feed.gap(object.union(whole, change))

export_gap_with(change) := feed.export_gap(object.union(whole, change))

test_a_feed_that_is_whole_has_no_gap if not feed.gap(whole)

test_an_export_that_is_whole_has_no_gap if not feed.export_gap(whole)

test_never_called if gap_with({"calls": 0, "calls_ok": 0}) == "coverage_absent"

test_a_refused_call if gap_with({"calls_ok": 1}) == "coverage"

test_an_answer_needs_no_observer if {
	silent := object.union(whole, {"watermark_us": null})
	not feed.unanswered(silent)
	feed.unanswered(object.union(silent, {"calls_ok": 1})) == "coverage"
}

test_seen_until_just_before_the_end if gap_with({"watermark_us": 99}) == "feed_silent"

test_never_seen if gap_with({"watermark_us": null}) == "feed_silent"

test_what_is_no_instant_was_not_seen if gap_with({"watermark_us": "later"}) == "feed_silent"

test_what_is_no_count_is_a_gap if {
	every name in ["calls", "calls_ok", "window_end_us"] {
		every value in [null, "2", true] {
			gap_with({name: value}) == "no_data"
		}
		feed.gap(object.remove(whole, [name])) == "no_data"
	}
}

test_no_text_counts_calls if gap_with({"calls": "2", "calls_ok": "2"}) == "no_data"

test_an_export_has_the_gaps_of_a_feed_first if export_gap_with({"calls_ok": 1, "answered_us": null}) == "coverage"

test_an_export_that_states_no_instant if {
	every value in [null, "later"] {
		export_gap_with({"answered_us": value}) == "age_unknown"
	}
}

test_an_export_made_too_early if export_gap_with({"answered_us": 99}) == "answered_early"

test_a_feed_needs_no_instant_of_its_own if not gap_with({"answered_us": null})
