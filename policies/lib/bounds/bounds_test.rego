package lib.bounds_test

import data.lib.bounds

two := ["eu-central-1", "eu-west-1"]

test_one_policy_bounds_it_all if {
	bounds.gap("p-1|yes|yes|no|eu-central-1,eu-west-1", two) == "nothing"
	bounds.gap("p-0|no|no|no|us-east-1;p-1|yes|yes|no|eu-west-1", two) == "nothing"
}

test_two_halves_are_no_whole if bounds.gap("p-1|yes|no|no|eu-west-1;p-2|no|yes|no|eu-west-1", two) == "unspecified"

test_bedrock_may_be_exempt if bounds.gap("p-1|no|yes|no|eu-west-1", two) == "bedrock"

test_another_region_may_be_open if {
	every allowed in ["us-east-1", "eu-west-1,eu-west-2", "", "eu-west-1,"] {
		bounds.gap(concat("|", ["p-1", "yes", "yes", "no", allowed]), two) == "regions"
	}
}

test_text_of_another_form_bounds_nothing if {
	every policies in ["", "p-1", "p-1|yes|yes", "p-1|yes|yes|no|eu-west-1|x", "p-1|yes|yes|eu-west-1"] {
		bounds.gap(policies, two) == "regions"
	}
}

test_a_policy_that_lets_callers_out_is_no_bound if {
	every exempts in ["yes", "unknown", ""] {
		bounds.gap(concat("|", ["p-1", "yes", "yes", exempts, "eu-west-1"]), two) == "callers"
	}
}
