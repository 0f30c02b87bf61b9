# METADATA
# title: Enough good minutes in a row, up to the end of the window
# description: >-
#   good_run counts the minutes before the window's end that are certainly good, possible_run those that are not certainly
#   bad. A recovery is as many good minutes in a row as are asked for; minutes that are unknown neither make nor break it.
package lib.recovered

well_formed(row, good_minutes) if {
	every column in ["minutes", "good_run", "possible_run"] {
		is_number(row[column])
	}
	is_number(good_minutes)
	good_minutes > 0
}

# No recovery fits into the window.
too_short(row, good_minutes) if row.minutes < good_minutes

certainly(row, good_minutes) if row.good_run >= good_minutes

certainly_not(row, good_minutes) if row.possible_run < good_minutes
