# METADATA
# title: What is not known of something that is watched
# description: >-
#   An answer about the state of something speaks for a moment only when it was given shortly before it. Alarms are judged
#   together with the cells that list them: a purpose without an alarm is missing only when every cell was listed.
package lib.watched

# Why an answer proves nothing; undefined when it does prove something.
gap(age_us, max_age_seconds) := "unanswered" if {
	not is_number(age_us)
} else := "stale" if {
	age_us > max_age_seconds * 1000000
}

# Whether the row can be judged at all: the limit that the query counted with is the line's.
measured(row, parameters) if {
	is_number(parameters.max_age_seconds)
	row.max_age_seconds == parameters.max_age_seconds
}

# What is decided of a row that is no alarm, or is one that proves nothing; undefined for an alarm to be judged.
outside(row, parameters) := {"verdict": "inconclusive", "reason": "unanswered"} if {
	row.role == "missing"
	row.blind_cells > 0
} else := {"verdict": "fail", "reason": "alarm_missing"} if {
	row.role == "missing"
	row.blind_cells == 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	not row.role in {"alarm", "cell"}
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := gap(row.age_us, parameters.max_age_seconds)
} else := {"verdict": "pass", "reason": "answered"} if {
	row.role == "cell"
}
