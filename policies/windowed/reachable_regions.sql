-- Every region that a call of the window could reach by its profile: a row for each account, region of the call, model id that it
-- passed and region that an answer lists for the profile of that id or ARN, asked in the region of the call; an empty one is
-- any region. What a profile reached by any answer counts, for it may have been changed between two calls.
select distinct
    calls.account,
    calls.region,
    calls.model_id,
    inference_profiles.destination_region
from (
    select distinct
        account,
        region,
        model_id
    from inference_calls
    where model_id is not null
) as calls
join inference_profiles
    on inference_profiles.region = calls.region
    and (
        inference_profiles.arn = calls.model_id
        or (inference_profiles.account = calls.account and inference_profiles.profile = calls.model_id)
    )
where epoch_us(inference_profiles.answered_at) < $as_of_us
