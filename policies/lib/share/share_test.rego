package lib.share_test

import data.lib.share

row(requests, errors, unknown) := {"requests": requests, "errors": errors, "unknown": unknown}

test_exactly_at_the_limit_is_within if {
	share.certainly_within(row(1000, 10, 0), 10000)
	not share.certainly_over(row(1000, 10, 0), 10000)
}

test_one_more_is_over if {
	share.certainly_over(row(1000, 11, 0), 10000)
	not share.certainly_within(row(1000, 11, 0), 10000)
}

test_unknown_counts_against_both if {
	not share.certainly_within(row(1000, 5, 6), 10000)
	not share.certainly_over(row(1000, 11, 200), 10000)
	share.certainly_within(row(1000, 4, 6), 10000)
}

test_what_nothing_bounds_decides_nothing if {
	not share.certainly_within(row(1000, 0, null), 10000)
	not share.certainly_over(row(1000, 1000, null), 10000)
}

test_nothing_is_not_within if {
	not share.certainly_within(row(0, 0, 0), 10000)
}

test_well_formed if {
	share.well_formed(row(2, 1, null))
	share.well_formed(row(2, 0, 0))
	share.well_formed(row(2, 2, 0))
	not share.well_formed(row(2, 3, 0))
	not share.well_formed(row(2, -1, 0))
	not share.well_formed(row(2, 1, -1))
	not share.well_formed(row(null, 1, 0))
	not share.well_formed(row(2, null, 0))
	not share.well_formed(row("2", "1", 0))
	not share.well_formed(row(2, 1, "0"))
}

test_an_unknown_must_be_a_number if {
	not share.certainly_over(row(1000, 11, "0"), 10000)
	not share.certainly_within(row(1000, 1, "0"), 10000)
}

test_a_count_in_words_is_none if not share.well_formed(row("2", 1, 0))

test_one_without_an_event_is_within if share.certainly_within(row(1, 0, 0), 10000)

test_the_limit_is_exact_in_millions if {
	share.certainly_within(row(1000000, 999999, 0), 999999)
	not share.certainly_over(row(1000000, 999999, 0), 999999)
	not share.certainly_within(row(1000000, 1, 0), 0)
	share.certainly_over(row(1000000, 1, 0), 0)
	share.certainly_over(row(999999, 1, 0), 1)
	not share.certainly_within(row(999999, 1, 0), 1)
}

measured := {
	"requests": 1000,
	"errors": 4,
	"unmeasured": 0,
	"unobserved": 0,
	"unknown": 0,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

by(reading) := {"min_samples": 299, "reading": reading}

said(changes, parameters, assured) := share.outcome(
	{"row": object.union(measured, changes), "parameters": parameters, "assured": assured},
	10000,
	{"over": "much", "within": "little"},
)

reason(changes, reading, assured) := said(changes, by(reading), assured).reason

test_either_reading_passes_what_is_good if {
	said({}, by("census"), "undecided") == {"verdict": "pass", "reason": "little"}
	said({}, by("assured"), "pass") == {"verdict": "pass", "reason": "little"}
}

test_the_limit_itself_passes_and_one_more_fails if {
	said({"errors": 10}, by("census"), "undecided") == {"verdict": "pass", "reason": "little"}
	said({"errors": 11}, by("census"), "undecided") == {"verdict": "fail", "reason": "much"}
}

test_a_certain_breach_fails_before_the_window_ends if {
	reason({"errors": 11, "watermark_us": 1}, "census", "undecided") == "much"
	reason({"errors": 16, "watermark_us": null}, "assured", "fail") == "much"
}

test_below_the_floor_only_certainty_fails if {
	reason({"requests": 299, "errors": 3}, "census", "undecided") == "much"
	reason({"requests": 298, "errors": 3}, "census", "undecided") == "low_sample"
	reason({"requests": 298, "errors": 298}, "census", "fail") == "much"
}

test_below_the_floor_nothing_passes if {
	reason({"requests": 299, "errors": 0}, "census", "pass") == "little"
	reason({"requests": 298, "errors": 0}, "census", "pass") == "low_sample"
	reason({"requests": 298, "errors": 0}, "assured", "pass") == "low_sample"
}

test_the_assured_reading_does_not_fail_by_the_count if reason({"errors": 11}, "assured", "undecided") == "ci_straddles"

test_an_assured_breach_must_be_a_breach if {
	reason({"errors": 10}, "assured", "fail") == "ci_straddles"
	reason({"errors": 10}, "census", "fail") == "little"
}

test_an_assured_pass_must_be_a_pass if reason({"unknown": 7, "unmeasured": 7}, "assured", "pass") == "ci_straddles"

test_the_count_alone_is_no_assured_pass if reason({}, "assured", "undecided") == "ci_straddles"

test_another_reading_passes_nothing if {
	reason({}, "neither", "pass") == "coverage"
	reason({"errors": 11}, "neither", "undecided") == "coverage"
}

test_nothing_is_no_data if {
	said({"requests": 0, "errors": 0}, by("census"), "pass") == {"verdict": "inconclusive", "reason": "no_data"}
	reason({"requests": 1, "errors": 0}, "census", "pass") == "low_sample"
}

test_an_open_window_passes_nothing if {
	said({"watermark_us": 599999999}, by("census"), "pass") == {"verdict": "inconclusive", "reason": "window_incomplete"}
}

test_an_unbounded_unknown_is_coverage_under_either_reading if {
	every changes in [{"unknown": null, "unmeasured": 1}, {"unknown": null, "unobserved": null}] {
		every reading in ["census", "assured"] {
			said(changes, by(reading), null) == {"verdict": "inconclusive", "reason": "coverage"}
		}
	}
}

test_what_straddles_says_why if {
	reason({"unmeasured": 7, "unknown": 7}, "census", null) == "unmeasured"
	reason({"errors": 10, "unmeasured": 1, "unknown": 1}, "census", null) == "unmeasured"
	reason({"unmeasured": 1, "unobserved": 6, "unknown": 7}, "census", null) == "coverage"
	reason({"unobserved": 7, "unknown": 7}, "census", null) == "coverage"
	reason({"errors": 10, "unknown": 1}, "census", null) == "coverage"
}

test_counts_that_cannot_be_decide_nothing if {
	not said({"errors": 1001}, by("census"), "undecided")
	not said({"unknown": -1}, by("census"), "undecided")
}

test_a_share_lies_between_nothing_and_all if {
	asked := {"row": measured, "parameters": by("census"), "assured": null}
	reasons := {"over": "much", "within": "little"}
	every limit in [null, "10000", -1, 0, 1000000, 1000001] {
		not share.outcome(asked, limit, reasons)
	}
	share.outcome(asked, 1, reasons).reason == "much"
	share.outcome(asked, 999999, reasons).reason == "little"
}

test_without_a_sample_floor_nothing_is_decided if {
	every floor in [null, "299"] {
		not said({}, {"min_samples": floor, "reading": "census"}, "pass")
	}
}
