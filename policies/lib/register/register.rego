# METADATA
# title: What a register that somebody keeps proves
# description: >-
#   A register proves that something is not in it only when its source answered every call and says that it was exported
#   after the judged moment. Nobody observes a register: what was never entered is not seen.
package lib.register

import data.lib.feed

# Why the register proves nothing of what it does not hold; undefined when it does.
gap(row) := reason if {
	reason := feed.unanswered(row)
} else := "age_unknown" if {
	not is_number(row.answered_us)
} else := "answered_early" if {
	not feed.reaches(row.answered_us, row.window_end_us)
}

# What is decided of the register itself.
read(row) := {"verdict": "inconclusive", "reason": reason} if {
	reason := gap(row)
} else := {"verdict": "pass", "reason": "register_read"}

# What is decided of something that it does not hold and should.
lacks(row, failure) := {"verdict": "inconclusive", "reason": reason} if {
	reason := gap(row)
} else := {"verdict": "fail", "reason": failure}

# What is decided of a source of which only what it saw counts.
seen(row) := {"verdict": "inconclusive", "reason": reason} if {
	reason := feed.unanswered(row)
} else := {"verdict": "pass", "reason": "collected"}
