# METADATA
# title: Roll back or continue
# description: A trigger that fired rolls back; only triggers that are known not to have fired let the release continue.
package gates.rollback

default decision := {"decision": "undecided"}

decision := {"decision": "rollback"} if {
	input.verdict == "fail"
} else := {"decision": "continue"} if {
	input.verdict == "pass"
}
