# METADATA
# title: A group takes the worst verdict of its members
# description: >-
#   input.counts is how many members have each verdict. fail outweighs inconclusive outweighs pass; not_applicable is
#   neutral; a group of nothing else is not_applicable, and a group of nothing is never a pass.
package gates.roll_up

default decision := {"verdict": "inconclusive", "reason": "empty"}

decision := {"verdict": "fail", "reason": "member_failed"} if {
	input.counts.fail > 0
} else := {"verdict": "inconclusive", "reason": "member_inconclusive"} if {
	input.counts.inconclusive > 0
} else := {"verdict": "pass", "reason": "members_passed"} if {
	input.counts.pass > 0
	input.counts.fail == 0
	input.counts.inconclusive == 0
} else := {"verdict": "not_applicable", "reason": "members_not_applicable"} if {
	input.counts.not_applicable > 0
	input.counts.pass == 0
	input.counts.fail == 0
	input.counts.inconclusive == 0
}
