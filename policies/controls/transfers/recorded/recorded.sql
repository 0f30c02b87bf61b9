-- Every destination of personal data that was seen: each region of a store, of a link in force, of an inference call and of
-- what the profile of a call reaches; each vendor that the application's log names; each country of a subprocessor. And what
-- was asked for them. signed: whether only stores were seen there that a signed classification shows to hold no personal data.
-- records: country|region|vendor|mechanism|decided|until|assessed|reviewed (microseconds, empty where not stated), a semicolon
-- between records. silent_records: how many of their sources were not collected in full.
with classified as (
    select
        arn,
        bool_and(coalesce(data_class, '') = 'none' and classification_signed) as signed
    from resources
    group by arn
),
places as (
    select
        resources.region,
        classified.signed
    from resources
    join classified on classified.arn = resources.arn
    where resources.kind <> 'other'
    union all
    select
        resource_links.destination_region as region,
        coalesce(classified.signed, false) as signed
    from resource_links
    left join classified on classified.arn = resource_links.arn
    where resource_links.enabled is distinct from false
        and epoch_us(resource_links.answered_at) < least($window_end_us, $as_of_us)
    union all
    select
        region,
        false as signed
    from inference_calls
    union all
    select
        inference_region as region,
        false as signed
    from inference_calls
    where inference_region is not null
    union all
    select
        destination_region as region,
        false as signed
    from reachable_regions
),
vendors as (
    select distinct coalesce(processors.vendor, application_events.provider) as vendor
    from application_events
    left join processors on processors.name = application_events.provider
    where application_events.provider is not null
        and processors.relation is distinct from 'own'
        and epoch_us(application_events.event_time) >= $window_start_us
        and epoch_us(application_events.event_time) < least($window_end_us, $as_of_us)
),
destinations as (
    select
        concat('region ', case when region = '' then '(none)' else coalesce(region, '(unknown)') end) as resource,
        'region' as kind,
        region,
        null as vendor,
        null as country,
        bool_and(signed) as signed
    from places
    group by region
    union all
    select
        concat('vendor ', vendor) as resource,
        'vendor' as kind,
        null as region,
        vendor,
        null as country,
        false as signed
    from vendors
    union all
    select distinct
        concat('subprocessor ', vendor, ' ', subprocessor, ' ', country) as resource,
        'country' as kind,
        null as region,
        vendor,
        country,
        false as signed
    from subprocessors
),
texts as (
    select distinct concat_ws(
        '|',
        destination_country,
        coalesce(destination_region, ''),
        vendor,
        mechanism,
        cast(epoch_us(decided_at) as varchar),
        coalesce(cast(epoch_us(valid_until) as varchar), ''),
        coalesce(cast(epoch_us(assessed_at) as varchar), ''),
        cast(epoch_us(reviewed_at) as varchar)
    ) as record
    from transfer_records
),
held as (
    select coalesce(string_agg(record, ';' order by record), '') as records
    from texts
),
feeds_of_records as (
    select
        count(distinct declared.source) as declared,
        count(distinct coverage.source) as calls,
        count(distinct coverage.source) filter (where coverage.status <> 'ok') as failed
    from unnest($record_sources) as declared(source)
    left join coverage on coverage.source = declared.source
)
select
    destinations.resource,
    'fact' as role,
    null as status,
    0 as age_us,
    destinations.kind,
    destinations.region,
    destinations.vendor,
    destinations.country,
    destinations.signed,
    held.records,
    feeds_of_records.declared - feeds_of_records.calls + feeds_of_records.failed as silent_records,
    least($window_end_us, $as_of_us) as moment_us
from destinations
cross join held
cross join feeds_of_records
union all
select
    resource,
    role,
    status,
    age_us,
    null as kind,
    null as region,
    null as vendor,
    null as country,
    null as signed,
    null as records,
    null as silent_records,
    null as moment_us
from asked_cells
order by resource
