# METADATA
# title: A share of events among requests, decided by counting
# description: >-
#   events / requests is over a limit in parts per million exactly when events * 1000000 > limit_ppm * requests. Requests
#   that are unknown are bounded, not ignored: within must survive all of them as events, over none of them.
package lib.share

import data.lib.percentile

# The verdict on a share for one `asked` (the input of a control: row, parameters, assured); `reasons` names that of
# `over` and that of `within`. Undefined for counts, a limit or a sample floor that cannot be decided on.
# A breach that nothing unknown can undo fails at once, whatever is still missing.
outcome(asked, limit_ppm, reasons) := decided(asked, limit_ppm, reasons) if {
	well_formed(asked.row)
	limit_ppm > 0
	limit_ppm < 1000000
	is_number(asked.parameters.min_samples)
}

decided(asked, limit_ppm, reasons) := {"verdict": "fail", "reason": reasons.over} if {
	breached(asked, limit_ppm)
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	asked.row.requests == 0
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not percentile.window_complete(asked.row)
} else := {"verdict": "inconclusive", "reason": "low_sample"} if {
	asked.row.requests < asked.parameters.min_samples
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	is_null(asked.row.unknown)
} else := {"verdict": "pass", "reason": reasons.within} if {
	holds(asked, limit_ppm)
} else := {"verdict": "inconclusive", "reason": "ci_straddles"} if {
	asked.parameters.reading == "assured"
} else := {"verdict": "inconclusive", "reason": "unmeasured"} if {
	asked.row.unmeasured > 0
	asked.row.unobserved == 0
} else := {"verdict": "inconclusive", "reason": "coverage"}

# Census: every request is in the log, so the count is the fact; below the sample floor only certainty may fail.
breached(asked, limit_ppm) if {
	asked.parameters.reading == "census"
	asked.row.requests >= asked.parameters.min_samples
	certainly_over(asked.row, limit_ppm)
}

breached(asked, limit_ppm) if {
	asked.assured == "fail"
	certainly_over(asked.row, limit_ppm)
}

holds(asked, limit_ppm) if {
	asked.parameters.reading == "census"
	certainly_within(asked.row, limit_ppm)
}

holds(asked, limit_ppm) if {
	asked.parameters.reading == "assured"
	asked.assured == "pass"
	certainly_within(asked.row, limit_ppm)
}

# Counts that can be decided on: integers, and `unknown` a number or null (null: nothing bounds it). In Rego's order
# only a number lies between numbers.
well_formed(row) if {
	is_number(row.requests)
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
