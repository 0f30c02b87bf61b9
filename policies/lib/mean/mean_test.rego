package lib.mean_test

import data.lib.mean

row(requests, total, unknown) := {"requests": requests, "total": total, "unknown": unknown}

test_exactly_at_the_limit_is_within if {
	mean.certainly_within(row(100, 1000, 0), 10, null)
	not mean.certainly_over(row(100, 1000, 0), 10)
	mean.certainly_reaches(row(100, 1000, 0), 10)
	not mean.certainly_under(row(100, 1000, 0), 10, null)
}

test_one_more_is_over if {
	mean.certainly_over(row(100, 1001, 0), 10)
	not mean.certainly_within(row(100, 1001, 0), 10, null)
}

test_one_less_is_under if {
	mean.certainly_under(row(100, 999, 0), 10, null)
	not mean.certainly_reaches(row(100, 999, 0), 10)
}

test_the_unknown_counts_against_every_side if {
	mean.certainly_within(row(100, 900, 10), 10, 20)
	not mean.certainly_within(row(100, 900, 10), 10, 21)
	not mean.certainly_over(row(100, 1100, 10), 10)
	not mean.certainly_reaches(row(100, 1099, 10), 10)
	not mean.certainly_under(row(100, 900, 10), 10, 20)
}

test_an_unknown_that_may_not_exist_never_helps if {
	mean.certainly_within(row(100, 1000, 50), 10, 0)
	mean.certainly_within(row(100, 1000, 50), 10, 10)
	not mean.certainly_within(row(100, 1001, 50), 10, 0)
	not mean.certainly_under(row(100, 1000, 50), 10, 0)
}

test_what_nothing_bounds_decides_nothing if {
	not mean.certainly_within(row(100, 0, null), 10, 20)
	not mean.certainly_within(row(100, 0, 1), 10, null)
	not mean.certainly_over(row(100, 100000, null), 10)
	not mean.certainly_under(row(100, 0, null), 10, 20)
	not mean.certainly_reaches(row(100, 100000, null), 10)
}

test_one_request_has_a_mean if {
	mean.certainly_within(row(1, 10, 0), 10, null)
	mean.certainly_under(row(1, 9, 0), 10, null)
	mean.certainly_reaches(row(1, 10, 0), 10)
}

test_an_unknown_in_words_decides_nothing if {
	not mean.certainly_over(row(100, 1001, "0"), 10)
	not mean.certainly_within(row(100, 1000, "0"), 10, 20)
	not mean.certainly_under(row(100, 999, "0"), 10, 20)
	not mean.certainly_reaches(row(100, 1000, "0"), 10)
}

test_nothing_decides_nothing if {
	not mean.certainly_under(row(0, 0, 0), 10, null)
	not mean.certainly_over(row(0, 0, 0), 10)
	not mean.certainly_within(row(0, 0, 0), 10, null)
	not mean.certainly_reaches(row(0, 0, 0), 10)
}

test_well_formed if {
	mean.well_formed(row(2, 1, null))
	mean.well_formed(row(0, 0, 0))
	not mean.well_formed(row(-1, 0, 0))
	not mean.well_formed(row("2", 1, 0))
	not mean.well_formed(row(2, "1", 0))
	not mean.well_formed(row(2, 1, "0"))
	not mean.well_formed(row(null, 1, 0))
	not mean.well_formed(row(2, null, 0))
	not mean.well_formed(row(2, -1, 0))
	not mean.well_formed(row(2, 1, -1))
}
