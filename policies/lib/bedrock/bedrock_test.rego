package lib.bedrock_test

import data.lib.bedrock

row(model_id, inference_region) := {"region": "eu-west-1", "model_id": model_id, "inference_region": inference_region}

test_stated_destination_decides if {
	bedrock.destination(row("eu.anthropic.claude", "eu-north-1")) == "eu-north-1"
	bedrock.destination(row("anthropic.claude", "us-east-1")) == "us-east-1"
}

test_a_destination_without_a_model_is_not_known if {
	bedrock.destination(row(null, "eu-west-1")) == null
}

test_empty_destination_is_kept if {
	bedrock.destination(row("eu.anthropic.claude", "")) == ""
}

test_bare_model_runs_where_it_was_called if {
	bedrock.destination(row("anthropic.claude-3-5-sonnet-20241022-v2:0", null)) == "eu-west-1"
}

test_profiles_prove_nothing_by_their_name if {
	every model_id in [
		"eu.anthropic.claude",
		"us.anthropic.claude",
		"global.anthropic.claude",
		"arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc123",
		"arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude",
		"anthropic",
		"unlisted.model",
		"anthropic.claude/x",
		null,
	] {
		bedrock.destination(row(model_id, null)) == null
	}
}

test_foundation_model_arn_names_its_region if {
	bedrock.destination(row("arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude", null)) == "eu-central-1"
	bedrock.destination(row("arn:aws:bedrock:::foundation-model/anthropic.claude", null)) == ""
}

test_other_names_of_that_shape_name_no_region if {
	every model_id in [
		"urn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude",
		"arn:aws:sagemaker:eu-central-1::foundation-model/anthropic.claude",
	] {
		bedrock.destination(row(model_id, null)) == null
	}
}

test_an_arn_is_no_bare_model_whatever_the_list_says if {
	not bedrock.bare_model_id("arn:x.y") with data.lists.bedrock_model_providers.providers as ["arn:x"]
}

test_unbounded if {
	bedrock.unbounded("global.anthropic.claude")
	bedrock.unbounded("arn:aws:bedrock:eu-west-1:111122223333:inference-profile/global.anthropic.claude")
	bedrock.unbounded("arn:aws:bedrock:::foundation-model/anthropic.claude")
}

test_bounded if {
	not bedrock.unbounded("anthropic.claude")
	not bedrock.unbounded("eu.anthropic.claude")
	not bedrock.unbounded("arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude")
	not bedrock.unbounded(null)
	not bedrock.unbounded("urn:aws:bedrock:::foundation-model/anthropic.claude")
	not bedrock.unbounded("arn:aws:bedrock:")
	not bedrock.unbounded("arn:aws:bedrock::x")
}
