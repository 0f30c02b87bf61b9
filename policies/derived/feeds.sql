-- Every cell (source/account/region) that the profile declares, by what is known at the as-of. calls, calls_ok: of its
-- whole source, for who was refused elsewhere may lack something here. watermark_us: up to where an independent observer
-- saw the cell alive. answered_us: when the source says that it answered for the cell, the earliest of it; null where it
-- does not say so for all of the cell.
with cells as (
    select
        cell,
        split_part(cell, '/', 1) as source,
        split_part(cell, '/', 2) as account,
        split_part(cell, '/', 3) as region
    from unnest($all_cells) as declared(cell)
),
answers as (
    select
        source,
        count(*) as calls,
        count(*) filter (where status = 'ok') as calls_ok
    from coverage
    group by source
),
readings as (
    select
        source,
        account,
        region,
        min(epoch_us(available_at)) as answered_us
    from coverage
    where call = 'read_files'
    group by source, account, region
),
beats as (
    select
        source,
        account,
        region,
        max(epoch_us(end_time)) as watermark_us
    from heartbeats
    where epoch_us(end_time) <= $as_of_us
    group by source, account, region
)
select
    cells.cell,
    cells.source,
    coalesce(answers.calls, 0) as calls,
    coalesce(answers.calls_ok, 0) as calls_ok,
    beats.watermark_us,
    readings.answered_us
from cells
left join answers on answers.source = cells.source
left join readings
    on readings.source = cells.source
    and readings.account = cells.account
    and readings.region = cells.region
left join beats
    on beats.source = cells.source
    and beats.account = cells.account
    and beats.region = cells.region
order by cells.cell
