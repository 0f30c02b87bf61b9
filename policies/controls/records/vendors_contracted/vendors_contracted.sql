-- Every vendor that was seen before the judged moment: as provider of an event of the application in the window, as the service
-- of a recorded call of a model in it, and as the cloud of a listed resource (the partition of its ARN); with what the records
-- say of the processor of that name. And each declared source. first_us, last_us: when it was seen; of a resource, the
-- moment. ended: 1 where its contract had ended by then.
with sightings as (
    select
        provider as name,
        epoch_us(event_time) as seen_us
    from application_events
    where provider is not null
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
    union all
    select
        event_source as name,
        epoch_us(event_time) as seen_us
    from audit_events
    where model_id is not null
        and list_contains($cells, concat(source, '/', account, '/', region))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
    union all
    select
        split_part(arn, ':', 2) as name,
        least($window_end_us, $as_of_us) as seen_us
    from resources
    where list_contains($cells, concat(source, '/', account, '/', region))
),
seen as (
    select
        name,
        min(seen_us) as first_us,
        max(seen_us) as last_us
    from sightings
    group by name
),
known as (
    select
        name,
        max(vendor) as vendor,
        count(distinct vendor) as vendors,
        max(relation) as relation,
        max(epoch_us(contract_signed_at)) as signed_us,
        min(epoch_us(contract_until)) as until_us,
        min(case when subprocessors_listed then 1 else 0 end) as subprocessors_listed,
        min(epoch_us(reviewed_at)) as reviewed_us
    from processors
    where concat(source, '//') = $register
        and epoch_us(reviewed_at) < least($window_end_us, $as_of_us)
    group by name
),
register as (
    select
        $register as cell,
        coalesce(max(calls), 0) as calls,
        coalesce(max(calls_ok), 0) as calls_ok,
        max(answered_us) as answered_us
    from feeds
    where cell = $register
)
select
    concat('vendor ', seen.name) as resource,
    'vendor' as role,
    seen.name,
    seen.first_us,
    coalesce(known.vendors, 0) as vendors,
    known.relation,
    known.signed_us,
    case when known.until_us <= seen.last_us then 1 else 0 end as ended,
    known.subprocessors_listed,
    known.reviewed_us,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us,
    null::varchar as unanswered_calls
from seen
cross join register
left join known on known.name = seen.name
union all
select
    concat('register ', register.cell) as resource,
    'register' as role,
    null::varchar as name,
    null::bigint as first_us,
    null::bigint as vendors,
    null::varchar as relation,
    null::bigint as signed_us,
    null::bigint as ended,
    null::bigint as subprocessors_listed,
    null::bigint as reviewed_us,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us,
    refused_calls.calls as unanswered_calls
from register
cross join refused_calls
union all
select
    concat('source ', feeds.cell) as resource,
    'source' as role,
    null::varchar as name,
    null::bigint as first_us,
    null::bigint as vendors,
    null::varchar as relation,
    null::bigint as signed_us,
    null::bigint as ended,
    null::bigint as subprocessors_listed,
    null::bigint as reviewed_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us,
    refused_calls.calls as unanswered_calls
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
cross join refused_calls
where feeds.cell <> $register
order by resource
