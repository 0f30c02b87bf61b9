# METADATA
# title: Go or no-go
# description: >-
#   Only a pass is a go. What is not known, or does not apply, is no licence to ship. A fail whose every reason is waived
#   is said to be so, and is a go only for whoever accepts waivers. A point that has to settle first is no go before.
package gates.go_no_go

default decision := {"decision": "no_go"}

decision := {"decision": "go"} if {
	input.settled == true
	input.verdict == "pass"
} else := {"decision": "pass_with_waiver"} if {
	input.settled == true
	input.verdict == "fail"
	input.verdict_with_waivers == "pass"
}
