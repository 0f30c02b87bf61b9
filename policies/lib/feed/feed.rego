# METADATA
# title: What is missing of a feed that should have spoken
# description: >-
#   A feed from which nothing came proves something only when its source answered every call and an independent observer
#   saw it alive until the window's end. Where the feed is an export that is made once, the source must also say that it
#   was made after that end: what was changed later is not in it.
package lib.feed

# Why the source's answer proves nothing, whoever observed it; undefined when it does prove something.
unanswered(row) := "no_data" if {
	not well_formed(row)
} else := "coverage_absent" if {
	row.calls == 0
} else := "coverage" if {
	row.calls != row.calls_ok
}

# The same of a feed, which must have been seen alive.
gap(row) := reason if {
	reason := unanswered(row)
} else := "feed_silent" if {
	not reaches(row.watermark_us, row.window_end_us)
}

# The same of an export.
export_gap(row) := reason if {
	reason := gap(row)
} else := "age_unknown" if {
	not is_number(row.answered_us)
} else := "answered_early" if {
	not reaches(row.answered_us, row.window_end_us)
}

well_formed(row) if {
	is_number(row.calls)
	is_number(row.calls_ok)
	is_number(row.window_end_us)
}

# In Rego's order text lies above every number.
reaches(instant, end) if {
	is_number(instant)
	instant >= end
}
