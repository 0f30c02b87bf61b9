-- Every model that must be there, in every declared cell. status: where it stands in its life as its region last listed it.
-- probe_us: when a probe last called it there; refused, unclear: calls of that instant that failed, or of which nobody says.
with wanted as (
    select
        cells.cell,
        split_part(cells.cell, '/', 3) as region,
        declared.model
    from unnest($cells) as cells(cell)
    cross join unnest($models) as declared(model)
),
listings as (
    select
        cell,
        source,
        account,
        region,
        answered_us,
        age_us
    from current_answers
    where call = case when $kind = 'foundation_model' then 'ListFoundationModels' else 'ListInferenceProfiles' end
        and subject = ''
),
offered as (
    select
        listings.cell,
        models.model,
        min(models.status) as first_status,
        max(models.status) as status
    from listings
    join models
        on models.source = listings.source
        and models.account = listings.account
        and models.region = listings.region
        and models.kind = $kind
        and epoch_us(models.answered_at) = listings.answered_us
    group by listings.cell, models.model
),
calls as (
    select
        probes.target,
        probes.region,
        epoch_us(probes.event_time) as at_us,
        count(*) filter (where not probes.ok) as refused,
        count(*) filter (where probes.ok is null) as unclear
    from probes
    join unnest($probe_sources) as declared(source) on declared.source = probes.source
    where probes.service = $service
        and epoch_us(probes.event_time) < least($window_end_us, $as_of_us)
    group by probes.target, probes.region, probes.event_time
),
newest as (
    select
        target,
        region,
        max(at_us) as at_us
    from calls
    group by target, region
)
select
    concat(wanted.cell, '/', wanted.model) as resource,
    listings.age_us,
    case when offered.first_status = offered.status then offered.status end as status,
    calls.at_us as probe_us,
    calls.refused,
    calls.unclear,
    least($window_end_us, $as_of_us) - calls.at_us as probe_age_us,
    refused_calls.calls as unanswered_calls
from wanted
left join listings on listings.cell = wanted.cell
left join offered
    on offered.cell = wanted.cell
    and offered.model = wanted.model
left join newest
    on newest.target = wanted.model
    and newest.region = wanted.region
left join calls
    on calls.target = newest.target
    and calls.region = newest.region
    and calls.at_us = newest.at_us
cross join refused_calls
order by resource
