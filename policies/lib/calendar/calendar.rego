# METADATA
# title: Periods of Regulation (EEC, Euratom) No 1182/71
# description: >-
#   Days are whole days since 1970-01-01 of the proleptic Gregorian calendar, so that no time zone is needed here. The day
#   of the event is not counted; a period of months ends on the day of the same number, or on the last day of a shorter
#   month (Article 3(2)(c)); a last day that is a Saturday, a Sunday or a public holiday of the state moves to the next
#   working day (Article 3(4)), but not one of a period of hours, in which the hour of the event is not counted (Article
#   3(1)). A state or a year that the dated list does not have is not known: what needs it is undefined.
package lib.calendar

import data.lists.public_holidays

hour_us := 3600000000

day_us := 86400000000

# The last instant of a period of hours that an event at the instant began.
hours_after(instant_us, hours) := ((instant_us - (instant_us % hour_us)) + hour_us) + (hours * hour_us)

# The day in UTC of an instant, in a place that is so far ahead of it.
day_at(instant_us, offset_us) := ((instant_us + offset_us) - ((instant_us + offset_us) % day_us)) / day_us

# The same day so many months later, or the last day of that month.
months_after(day, months) := number(year, month, min({from.day, length(year, month)})) if {
	from := date(day)
	counted := ((from.year * 12) + (from.month - 1)) + months
	month := (counted % 12) + 1
	year := whole(counted, 12)
}

# The day itself if it is a working day of the state, else the next one. One after the other, for a set of all of them
# costs too much memory in WebAssembly; the list has no more than six days in a row without one.
working_day(day, state) := day if {
	works(day, state)
} else := next_working_day(day, state) if {
	public_holidays.states[state][format_int(date(day).year, 10)]
}

next_working_day(day, state) := day + 1 if {
	works(day + 1, state)
} else := day + 2 if {
	works(day + 2, state)
} else := day + 3 if {
	works(day + 3, state)
} else := day + 4 if {
	works(day + 4, state)
} else := day + 5 if {
	works(day + 5, state)
} else := day + 6 if {
	works(day + 6, state)
} else := day + 7 if {
	works(day + 7, state)
} else := day + 8 if {
	works(day + 8, state)
} else := day + 9 if {
	works(day + 9, state)
} else := day + 10 if {
	works(day + 10, state)
}

works(day, state) if {
	(day + 3) % 7 < 5 # 1970-01-01 was a Thursday; Monday is 0
	found := date(day)
	free := public_holidays.states[state][format_int(found.year, 10)]
	not ((found.month * 100) + found.day) in free
}

# Year, month and day of a day, from 1970 on (days are counted from a first of March, so that leap days come last).
date(day) := {"year": year + early, "month": month, "day": 1 + (of_year - whole((153 * index) + 2, 5))} if {
	day >= 0
	since := day + 719468
	of_era := since % 146097
	of_years := ((of_era - whole(of_era, 1460)) + whole(of_era, 36524)) - whole(of_era, 146096)
	year_of_era := whole(of_years, 365)
	of_year := of_era - (((365 * year_of_era) + whole(year_of_era, 4)) - whole(year_of_era, 100))
	index := whole((5 * of_year) + 2, 153)
	month := ((index + 2) % 12) + 1
	year := (whole(since, 146097) * 400) + year_of_era
	early := whole(index, 10)
}

# The day of a date.
number(year, month, day) := ((((365 * counted) + whole(counted, 4)) - whole(counted, 100)) + whole(counted, 400)) + rest if {
	counted := year - whole(14 - month, 12)
	index := (month + 9) % 12
	rest := ((whole((153 * index) + 2, 5) + day) - 1) - 719468
}

length(year, month) := number(year + whole(month, 12), (month % 12) + 1, 1) - number(year, month, 1)

# Of whole numbers, zero or more: what division rounds lies nearer to the quotient than any whole number but it.
whole(dividend, divisor) := floor(dividend / divisor)

# A day as people write it.
text(day) := concat("-", [format_int(found.year, 10), padded(found.month), padded(found.day)]) if {
	found := date(day)
}

padded(part) := concat("", ["0", format_int(part, 10)]) if {
	part < 10
} else := format_int(part, 10)
