package lib.calendar_test

import data.lib.calendar

test_days_and_dates if {
	calendar.date(0) == {"year": 1970, "month": 1, "day": 1}
	calendar.date(59) == {"year": 1970, "month": 3, "day": 1}
	calendar.date(19782) == {"year": 2024, "month": 2, "day": 29}
	calendar.number(2024, 2, 29) == 19782
	calendar.number(2025, 1, 14) == 20102
	calendar.text(20102) == "2025-01-14"
	calendar.text(19782) == "2024-02-29"
	calendar.text(calendar.number(2025, 12, 31)) == "2025-12-31"
	not calendar.date(-1)
}

test_days_of_many_years_come_back if {
	every index in numbers.range(0, 400) {
		found := calendar.date(index * 73)
		calendar.number(found.year, found.month, found.day) == index * 73
	}
}

test_months_are_as_long_as_they_are if {
	[28, 29, 30, 31, 31, 28] == [length |
		some [year, month] in [[2025, 2], [2024, 2], [2025, 4], [2025, 12], [2025, 1], [2100, 2]]
		length := calendar.length(year, month)
	]
}

later(year, month, day, months) := calendar.text(calendar.months_after(calendar.number(year, month, day), months))

test_a_month_is_clipped_to_its_end if {
	later(2025, 1, 14, 1) == "2025-02-14"
	later(2025, 1, 31, 1) == "2025-02-28"
	later(2024, 1, 31, 1) == "2024-02-29"
	later(2025, 8, 31, 1) == "2025-09-30"
	later(2025, 12, 15, 1) == "2026-01-15"
	later(2025, 11, 30, 3) == "2026-02-28"
	later(2025, 2, 28, 1) == "2025-03-28"
	later(2024, 2, 29, 12) == "2025-02-28"
	later(2025, 12, 31, 0) == "2025-12-31"
}

working(year, month, day, state) := calendar.text(calendar.working_day(calendar.number(year, month, day), state))

test_a_free_day_moves_to_the_next_working_day if {
	working(2025, 1, 14, "DE") == "2025-01-14"
	working(2025, 1, 17, "DE") == "2025-01-17"
	working(2025, 1, 18, "DE") == "2025-01-20"
	working(2025, 4, 18, "DE") == "2025-04-22"
	working(2025, 12, 25, "DE") == "2025-12-29"
	working(2025, 5, 29, "IE") == "2025-05-29"
	working(2025, 5, 29, "DE") == "2025-05-30"
}

test_what_the_list_does_not_have_is_not_known if {
	not calendar.working_day(calendar.number(2025, 1, 14), "GB")
	not calendar.working_day(calendar.number(2036, 1, 14), "DE")
	not calendar.working_day(calendar.number(2019, 12, 31), "DE")
	not calendar.working_day(calendar.number(2035, 12, 29), "DE") with data.lists.public_holidays.states as {"DE": {"2035": [1231]}}
}

test_hours_begin_after_the_hour_of_the_event if {
	calendar.hours_after(0, 72) == 73 * 3600000000
	calendar.hours_after(3599999999, 72) == 73 * 3600000000
	calendar.hours_after(3600000000, 24) == 26 * 3600000000
	calendar.hours_after(1736850000000001, 72) == 1736852400000000 + (72 * 3600000000)
}

test_days_of_places_ahead_and_behind if {
	calendar.day_at(0, 0) == 0
	calendar.day_at(86399999999, 0) == 0
	calendar.day_at(86399999999, 1) == 1
	calendar.day_at(86400000000, -1) == 0
}
