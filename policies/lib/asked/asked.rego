# METADATA
# title: What is decided of a row that is no fact, or of a fact that is too old
# description: >-
#   Facts about a state are judged together with the cells that were asked for them: a cell that nobody asked, and a
#   question that was last answered otherwise than in full, leave unknown what else there is. So nothing that is absent
#   passes because nobody looked.
package lib.asked

import data.lib.watched

# Undefined for a fact that is to be judged.
outside(row, parameters) := {"verdict": "inconclusive", "reason": "no_data"} if {
	not is_number(parameters.max_age_seconds)
} else := {"verdict": "inconclusive", "reason": "question_open", "observed": row.status} if {
	row.role == "question"
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	not row.role in {"fact", "cell"}
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(row.age_us, parameters.max_age_seconds)
} else := {"verdict": "pass", "reason": "answered"} if {
	row.role == "cell"
}
