package lib.recovered_test

import data.lib.recovered

row := {"minutes": 10, "good_run": 5, "possible_run": 5}

test_exactly_enough_is_enough if {
	recovered.certainly(row, 5)
	not recovered.certainly(row, 6)
}

test_certain_only_when_the_possible_does_not_suffice if {
	recovered.certainly_not(row, 6)
	not recovered.certainly_not(row, 5)
}

test_a_window_of_exactly_that_length_suffices if {
	recovered.too_short(row, 11)
	not recovered.too_short(row, 10)
}

test_only_numbers_are_well_formed if {
	recovered.well_formed(row, 5)
	recovered.well_formed(row, 1)
	every minutes in [0, -1, null, "5"] {
		not recovered.well_formed(row, minutes)
	}
	every column in ["minutes", "good_run", "possible_run"] {
		every value in [null, "5"] {
			not recovered.well_formed(object.union(row, {column: value}), 5)
		}
	}
}
