package controls.transparency.ai_notice_test

import data.controls.transparency.ai_notice

shown := {"documents": 1, "enabled": true, "changed_later": 0, "off_steps": 0, "unclear_steps": 0, "on_steps": 0}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := ai_notice.decision with input as {"row": object.union(shown, changes), "parameters": {}}
}

test_a_notice_that_stays_is_shown if outcome({}) == ["pass", "notice_shown"]

test_one_step_off_is_enough if outcome({"off_steps": 1}) == ["fail", "notice_taken_away"]

test_a_step_off_outweighs_a_document_that_nobody_read if {
	outcome({"off_steps": 1, "documents": 0, "enabled": null}) == ["fail", "notice_taken_away"]
}

test_what_nobody_read_is_not_known if outcome({"documents": 0, "enabled": null}) == ["inconclusive", "flag_unread"]

test_what_is_on_for_some_is_not_decided if outcome({"enabled": null}) == ["inconclusive", "flag_undecided"]

test_a_later_change_hides_how_it_was if outcome({"changed_later": 1}) == ["inconclusive", "flag_changed_later"]

test_a_notice_that_is_off_fails if outcome({"enabled": false}) == ["fail", "flag_reads_off"]

test_a_notice_that_came_within_the_window_was_not_there_before if {
	outcome({"on_steps": 1}) == ["inconclusive", "notice_moved"]
	outcome({"unclear_steps": 1}) == ["inconclusive", "notice_moved"]
}

test_without_a_number_nothing_is_known if {
	every name in ["documents", "changed_later", "off_steps", "unclear_steps", "on_steps"] {
		outcome({name: null}) == ["inconclusive", "no_data"]
	}
}
