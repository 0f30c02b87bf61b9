# METADATA
# title: A mean, decided by sums
# description: >-
#   total / requests is over a limit exactly when total > limit * requests. Each of `unknown` requests may exist or not,
#   with a value from zero to `most` (null: nothing bounds it), and within and over must survive all that may be.
package lib.mean

# Sums that can be decided on: integers, and `unknown` a number or null (null: nothing bounds it).
well_formed(row) if {
	is_number(row.requests)
	is_number(row.total)
	row.requests >= 0
	row.total >= 0
	known_or_unbounded(row.unknown)
}

known_or_unbounded(unknown) if is_null(unknown)

known_or_unbounded(unknown) if {
	is_number(unknown)
	unknown >= 0
}

certainly_over(row, limit) if {
	is_number(row.unknown)
	row.total > limit * (row.requests + row.unknown)
}

certainly_within(row, limit, most) if {
	row.requests > 0
	row.total + excess(row.unknown, limit, most) <= limit * row.requests
}

certainly_under(row, limit, most) if {
	row.total + excess(row.unknown, limit, most) < limit * row.requests
}

certainly_reaches(row, limit) if {
	is_number(row.unknown)
	row.requests > 0
	row.total >= limit * (row.requests + row.unknown)
}

# What the unknown can add above the limit.
excess(unknown, limit, most) := 0 if {
	unknown == 0
} else := unknown * max([0, most - limit]) if {
	is_number(unknown)
	is_number(most)
}
