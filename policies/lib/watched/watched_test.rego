package lib.watched_test

import data.lib.watched

day := {"max_age_seconds": 10}

alarm := {"role": "alarm", "age_us": 10000000, "blind_cells": 0, "max_age_seconds": 10}

test_an_answer_of_the_very_age_is_young_enough if not watched.gap(10000000, 10)

test_an_answer_that_is_a_microsecond_older_is_stale if watched.gap(10000001, 10) == "stale"

test_an_age_that_is_no_number_is_no_answer if {
	every age in [null, "1", [1]] {
		watched.gap(age, 10) == "unanswered"
	}
}

test_the_limit_of_the_query_is_that_of_the_line if {
	watched.measured(alarm, day)
	every limit in [null, "10", 9] {
		not watched.measured(alarm, {"max_age_seconds": limit})
	}
	not watched.measured({"max_age_seconds": null}, {"max_age_seconds": null})
}

test_a_young_alarm_is_judged_elsewhere if not watched.outside(alarm, day)

test_an_old_alarm_is_not_judged if {
	old := object.union(alarm, {"age_us": 10000001})
	watched.outside(old, day) == {"verdict": "inconclusive", "reason": "stale"}
}

test_a_cell_that_answered_passes if {
	cell := object.union(alarm, {"role": "cell"})
	watched.outside(cell, day) == {"verdict": "pass", "reason": "answered"}
	watched.outside(object.union(cell, {"age_us": null}), day) == {"verdict": "inconclusive", "reason": "unanswered"}
}

test_a_purpose_is_missing_when_every_cell_answered if {
	missing := object.union(alarm, {"role": "missing", "age_us": null})
	watched.outside(missing, day) == {"verdict": "fail", "reason": "alarm_missing"}
	blind := object.union(missing, {"blind_cells": 1})
	watched.outside(blind, day) == {"verdict": "inconclusive", "reason": "unanswered"}
}

test_without_a_count_of_cells_nothing_is_missing if {
	every count in [null, -1] {
		missing := {"role": "missing", "age_us": null, "blind_cells": count}
		watched.outside(missing, day).verdict == "inconclusive"
	}
}

test_what_is_no_role_is_no_data if {
	every role in [null, "other"] {
		other := object.union(alarm, {"role": role})
		watched.outside(other, day) == {"verdict": "inconclusive", "reason": "no_data"}
	}
}
