# METADATA
# title: What is missing of a phase in a deployment's log
# description: >-
#   What a log does not say of a phase proves something only when it tells the phase once, from its start to its end, and
#   no record between the two is missing by the log's own numbers.
package lib.deployment_log

# Why the log of the phase proves nothing; undefined when it does prove something.
gap(row) := "phase_untold" if {
	not told(row)
} else := "phase_repeated" if {
	row.starts != 1
} else := "phase_running" if {
	not is_number(row.ended_us)
} else := "log_unnumbered" if {
	not is_number(row.written)
} else := "log_incomplete" if {
	row.written != row.held
}

told(row) if {
	is_number(row.starts)
	row.starts > 0
}
