package lib.asked_test

import data.lib.asked

day := {"max_age_seconds": 10}

fact := {"role": "fact", "status": null, "age_us": 10000000}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_young_fact_is_judged_elsewhere if not asked.outside(fact, day)

test_an_old_fact_is_not if {
	asked.outside(object.union(fact, {"age_us": 10000001}), day).reason == "stale"
	asked.outside(object.union(fact, {"age_us": null}), day).reason == "unanswered"
}

test_a_cell_that_answered_passes if {
	cell := object.union(fact, {"role": "cell"})
	asked.outside(cell, day) == {"verdict": "pass", "reason": "answered"}
	asked.outside(object.union(cell, {"age_us": null}), day).reason == "unanswered"
	asked.outside(object.union(cell, {"age_us": 10000001}), day).reason == "stale"
}

test_an_open_question_says_how_it_was_answered if {
	question := object.union(fact, {"role": "question", "status": "denied"})
	asked.outside(question, day) == {"verdict": "inconclusive", "reason": "question_open", "observed": "denied"}
}

test_what_is_no_role_is_no_data if {
	every role in [null, "other"] {
		asked.outside(object.union(fact, {"role": role}), day) == open
	}
}

test_without_a_limit_nothing_is_decided if {
	every limit in [null, "10"] {
		asked.outside(fact, {"max_age_seconds": limit}) == open
	}
}
