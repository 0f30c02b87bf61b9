-- Every cell that the profile says must be there: source/account/region. Cells come from the profile, never from what
-- happened to be collected, so a cell that is absent is still a row. listed: what was read of the cell. held: resources
-- of it that are here. whole_*: the same of its whole source, so that a resource of a cell that nobody declared is missed.
-- unanswered: the call of the cell that was not answered in full, as rank/status/call; else that which explains it: one
-- of its account, or of its source, that ended as the reading of the cell did; where there is no cell, any of its source.
-- age_us: how far from the as-of the source says that it answered, at most; null where it does not say so of all the cell.
with cells as (
    select
        cell,
        split_part(cell, '/', 1) as source,
        split_part(cell, '/', 2) as account,
        split_part(cell, '/', 3) as region
    from unnest($cells) as declared(cell)
),
answers as (
    select
        source,
        account,
        region,
        count(*) as calls,
        count(*) filter (where status = 'ok') as calls_ok,
        sum(records)::bigint as records,
        (sum(records) filter (where call = 'read_files'))::bigint as listed,
        min(epoch_us(available_at)) filter (where call = 'read_files') as first_us,
        max(epoch_us(available_at)) as last_us,
        min(case status
            when 'ok' then null
            when 'failed' then '1/failed/'
            when 'expired' then '2/expired/'
            when 'unknown_region' then '3/unknown_region/'
            when 'disabled' then '4/disabled/'
            when 'throttled' then '5/throttled/'
            when 'denied' then '6/denied/'
            else '7/partial/'
        end || call) filter (where call <> 'read_files') as unanswered,
        min(case status
            when 'ok' then null
            else '/' || status || '/read_files'
        end) filter (where call = 'read_files') as unread
    from coverage
    group by source, account, region
),
by_account as (
    select
        source,
        account,
        min(unanswered) as unanswered
    from answers
    group by source, account
),
by_source as (
    select
        source,
        min(unanswered) as unanswered
    from answers
    group by source
),
said as (
    select
        cells.cell,
        coalesce(
            answers.unanswered,
            case when answers.calls is null then by_source.unanswered end,
            case when split_part(by_account.unanswered, '/', 2) = split_part(answers.unread, '/', 2) then by_account.unanswered end,
            case when split_part(by_source.unanswered, '/', 2) = split_part(answers.unread, '/', 2) then by_source.unanswered end,
            answers.unread
        ) as unanswered
    from cells
    left join answers
        on answers.source = cells.source
        and answers.account = cells.account
        and answers.region = cells.region
    left join by_account
        on by_account.source = cells.source
        and by_account.account = cells.account
    left join by_source on by_source.source = cells.source
),
listings as (
    select
        source,
        account,
        region,
        count(*) as held
    from resources
    group by source, account, region
),
whole_listings as (
    select
        source,
        count(*) as held
    from resources
    group by source
),
beats as (
    select
        source,
        account,
        region,
        epoch_us(start_time) as start_us,
        epoch_us(end_time) as end_us,
        records as counted
    from heartbeats
    where epoch_us(end_time) > $window_start_us
        and epoch_us(start_time) < $window_end_us
        and epoch_us(end_time) <= $as_of_us
),
beat_slots as (
    select
        source,
        account,
        region,
        start_us,
        end_us,
        counted,
        unnest(generate_series((start_us + 9999999) // 10000000, end_us // 10000000 - 1)) * 10000000 as slot_us
    from beats
),
beat_sums as (
    select
        beat_slots.source,
        beat_slots.account,
        beat_slots.region,
        beat_slots.start_us,
        beat_slots.end_us,
        beat_slots.counted,
        sum(coalesce(record_slots.records, 0))::bigint as here
    from beat_slots
    left join record_slots
        on record_slots.source = beat_slots.source
        and record_slots.account = beat_slots.account
        and record_slots.region = beat_slots.region
        and record_slots.slot_us = beat_slots.slot_us
    group by beat_slots.source, beat_slots.account, beat_slots.region, beat_slots.start_us, beat_slots.end_us, beat_slots.counted
),
reconciled as (
    select
        source,
        account,
        region,
        count(*) as intervals,
        coalesce(sum(counted), 0)::bigint as counted,
        count(*) filter (where counted is null) as uncounted,
        count(*) filter (where counted <> here) as mismatched,
        coalesce(sum(greatest(counted - here, 0)), 0)::bigint as missing
    from beat_sums
    group by source, account, region
),
alive as (
    select
        source,
        account,
        region,
        count(distinct slot_us) as slots
    from beat_slots
    where slot_us >= $window_start_us
        and slot_us < $window_end_us
    group by source, account, region
)
select
    cells.cell as resource,
    cells.source,
    cells.account,
    cells.region,
    coalesce(answers.calls, 0) as calls,
    coalesce(answers.calls_ok, 0) as calls_ok,
    split_part(said.unanswered, '/', 2) as unanswered_status,
    split_part(said.unanswered, '/', 3) as unanswered_call,
    coalesce(answers.records, 0) as records,
    ($window_end_us - $window_start_us) // 10000000 as slots,
    coalesce(alive.slots, 0) as slots_alive,
    coalesce(reconciled.counted, 0) as counted,
    coalesce(reconciled.uncounted, 0) as uncounted,
    coalesce(reconciled.mismatched, 0) as mismatched,
    coalesce(reconciled.missing, 0) as missing,
    answers.listed,
    coalesce(listings.held, 0) as held,
    wholes.listed as whole_listed,
    coalesce(whole_listings.held, 0) as whole_held,
    case when answers.first_us is not null then greatest($as_of_us - answers.first_us, answers.last_us - $as_of_us) end as age_us
from cells
left join answers
    on answers.source = cells.source
    and answers.account = cells.account
    and answers.region = cells.region
left join said on said.cell = cells.cell
left join answers as wholes
    on wholes.source = cells.source
    and wholes.account = ''
    and wholes.region = ''
left join listings
    on listings.source = cells.source
    and listings.account = cells.account
    and listings.region = cells.region
left join whole_listings on whole_listings.source = cells.source
left join alive
    on alive.source = cells.source
    and alive.account = cells.account
    and alive.region = cells.region
left join reconciled
    on reconciled.source = cells.source
    and reconciled.account = cells.account
    and reconciled.region = cells.region
order by resource
