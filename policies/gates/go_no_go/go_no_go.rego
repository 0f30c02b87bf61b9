# METADATA
# title: Go or no-go
# description: Only a pass is a go. What is not known, or does not apply, is no licence to ship.
package gates.go_no_go

default decision := {"decision": "no_go"}

decision := {"decision": "go"} if input.verdict == "pass"
