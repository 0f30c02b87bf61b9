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

test_a_complete_limit_needs_a_number if {
	not share.certainly_over(row(1000, 11, "0"), 10000)
	not share.certainly_within(row(1000, 1, "0"), 10000)
}
