# METADATA
# title: Where a Bedrock call was processed
# description: >-
#   A bare model id runs in the region of the call. Everything else (inference profile, application profile, ARN) may be
#   routed elsewhere, and its name proves nothing about where; only a stated inferenceRegion does.
package lib.bedrock

import data.lists.bedrock_model_providers

# The stated destination, if the model is named too (else it may be a global one); the region of the call for a bare
# model id; the region of a foundation model's ARN; else null: not known.
destination(row) := row.inference_region if {
	is_string(row.inference_region)
	is_string(row.model_id)
} else := row.region if {
	bare_model_id(row.model_id)
} else := foundation_model_region(row.model_id) if {
	is_string(row.model_id)
} else := null

# arn:<partition>:bedrock:<region>::foundation-model/<id>
foundation_model_region(model_id) := parts[3] if {
	parts := split(model_id, ":")
	parts[0] == "arn"
	parts[2] == "bedrock"
	startswith(parts[5], "foundation-model/")
}

# provider.model, the provider on the dated list, no ARN and no geography in front.
bare_model_id(model_id) if {
	is_string(model_id)
	not contains(model_id, "/")
	not startswith(model_id, "arn:")
	parts := split(model_id, ".")
	count(parts) >= 2
	parts[0] in bedrock_model_providers.providers
}

# A global profile, named or inside an ARN, and a foundation-model ARN without a region: any region may answer.
unbounded(model_id) if {
	is_string(model_id)
	startswith(name(model_id), "global.")
}

unbounded(model_id) if {
	is_string(model_id)
	parts := split(model_id, ":")
	parts[0] == "arn"
	count(parts) >= 6
	parts[3] == ""
}

name(model_id) := name if {
	parts := split(model_id, "/")
	name := parts[count(parts) - 1]
}
