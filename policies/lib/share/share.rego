# METADATA
# title: A share of events among requests, decided by counting
# description: >-
#   events / requests is over a limit in parts per million exactly when events * 1000000 > limit_ppm * requests. Requests
#   that are unknown are bounded, not ignored: within must survive all of them as events, over none of them.
package lib.share

# Counts that can be decided on: integers, and `unknown` a number or null (null: nothing bounds it).
well_formed(row) if {
	is_number(row.requests)
	is_number(row.errors)
	row.requests >= row.errors
	row.errors >= 0
	known_or_unbounded(row.unknown)
}

known_or_unbounded(unknown) if is_null(unknown)

known_or_unbounded(unknown) if {
	is_number(unknown)
	unknown >= 0
}

certainly_over(row, limit_ppm) if {
	is_number(row.unknown)
	row.errors * 1000000 > limit_ppm * (row.requests + row.unknown)
}

certainly_within(row, limit_ppm) if {
	is_number(row.unknown)
	row.requests > 0
	(row.errors + row.unknown) * 1000000 <= limit_ppm * (row.requests + row.unknown)
}
