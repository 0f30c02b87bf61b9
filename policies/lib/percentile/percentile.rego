# METADATA
# title: Nearest-rank P95 decided by counting
# description: >-
#   P95 <= limit holds exactly when over * 20 <= requests. Requests that are unknown are bounded, not ignored: a pass
#   must survive all of them slow, a breach all of them fast or absent.
package lib.percentile

# Counts that can be decided on: integers, and `unknown` a number or null (null: nothing bounds it). In Rego's order
# only a number lies between numbers.
well_formed(row) if {
	is_number(row.requests)
	row.requests >= row.over
	row.over >= 0
	known_or_unbounded(row.unknown)
}

known_or_unbounded(unknown) if is_null(unknown)

known_or_unbounded(unknown) if {
	is_number(unknown)
	unknown >= 0
}

certainly_over(row) if {
	is_number(row.unknown)
	row.over * 20 > row.requests + row.unknown
}

certainly_within(row) if {
	is_number(row.unknown)
	row.requests > 0
	(row.over + row.unknown) * 20 <= row.requests + row.unknown
}

# The observers of every source were heard until the window ended.
window_complete(row) if {
	is_number(row.watermark_us)
	is_number(row.window_end_us)
	row.window_end_us <= row.watermark_us
}
