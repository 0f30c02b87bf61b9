-- Every step of a rollback that the declared logs hold of the window, but that a log was opened; alike ones are one row with their
-- number. And each declared log (source/account/region), so that no steps are never a pass by themselves. steps: how many
-- the log holds. watermark_us: up to where an independent observer saw it.
with happened as (
    select
        source,
        step,
        dry_run,
        count(*) as n,
        min(epoch_us(event_time)) as first_us
    from rollback_steps
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
        and step <> 'opened'
        and source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
    group by source, step, dry_run
),
held as (
    select
        source,
        sum(n)::bigint as steps
    from happened
    group by source
)
select
    concat('log ', feeds.cell) as resource,
    'log' as role,
    null::varchar as step,
    null::boolean as dry_run,
    1 as n,
    coalesce(held.steps, 0) as steps,
    null::bigint as first_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.watermark_us,
    $window_end_us as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
left join held on held.source = feeds.source
union all
select
    concat_ws(' ', source, step, case when dry_run then '(rehearsed)' when dry_run is null then '(not said whether rehearsed)' end) as resource,
    'step' as role,
    step,
    dry_run,
    n,
    n as steps,
    first_us,
    0 as calls,
    0 as calls_ok,
    null::bigint as watermark_us,
    $window_end_us as window_end_us
from happened
order by resource
