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
        (epoch_us(start_time) + 9999999) // 10000000 * 10000000 as first_us,
        epoch_us(end_time) // 10000000 * 10000000 as past_us,
        records as counted,
        count(*) as times
    from heartbeats
    where epoch_us(end_time) > $window_start_us
        and epoch_us(start_time) < $window_end_us
        and epoch_us(end_time) <= $as_of_us
    group by source, account, region, epoch_us(start_time), epoch_us(end_time), records
),
spans as (
    select
        source,
        account,
        region,
        first_us,
        past_us,
        counted,
        times
    from beats
    where first_us < past_us
),
marks as (
    select
        source,
        account,
        region,
        slot_us as at_us,
        records
    from record_slots
    union all
    select
        source,
        account,
        region,
        first_us as at_us,
        0 as records
    from spans
    union all
    select
        source,
        account,
        region,
        past_us as at_us,
        0 as records
    from spans
),
totals as (
    select
        source,
        account,
        region,
        at_us,
        sum(records)::bigint as records
    from marks
    group by source, account, region, at_us
),
earlier as (
    select
        source,
        account,
        region,
        at_us,
        coalesce(sum(records) over (
            partition by source, account, region
            order by at_us
            rows between unbounded preceding and 1 preceding
        ), 0)::bigint as records
    from totals
),
beat_sums as (
    select
        spans.source,
        spans.account,
        spans.region,
        spans.counted,
        (until_end.records - until_start.records) * spans.times as here
    from spans
    inner join earlier as until_start
        on until_start.source = spans.source
        and until_start.account = spans.account
        and until_start.region = spans.region
        and until_start.at_us = spans.first_us
    inner join earlier as until_end
        on until_end.source = spans.source
        and until_end.account = spans.account
        and until_end.region = spans.region
        and until_end.at_us = spans.past_us
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
inside as (
    select
        source,
        account,
        region,
        greatest(first_us, ($window_start_us + 9999999) // 10000000 * 10000000) as first_us,
        least(past_us, ($window_end_us + 9999999) // 10000000 * 10000000) as past_us
    from spans
),
unseen as (
    select
        source,
        account,
        region,
        past_us,
        greatest(first_us, coalesce(max(past_us) over (
            partition by source, account, region
            order by first_us, past_us
            rows between unbounded preceding and 1 preceding
        ), first_us)) as first_us
    from inside
),
alive as (
    select
        source,
        account,
        region,
        (sum(greatest(past_us - first_us, 0)) // 10000000)::bigint as slots
    from unseen
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
