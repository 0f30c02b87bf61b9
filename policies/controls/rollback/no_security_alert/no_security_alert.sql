-- Findings at or above the severity that were first reported, or first observed, in the window, whatever was done to them
-- later; alike ones are one row with their number. And each declared feed (source/account/region), so that no findings
-- are never a pass by themselves. watermark_us: up to where an independent observer saw it. answered_us: when the source
-- says that it was exported, for a severity may be raised later.
with alerts as (
    select
        concat_ws(' ', account, case when region = '' then '(empty region)' else region end, product, type, severity) as resource,
        count(*) as n,
        count(*) filter (where status <> 'open') as closed,
        min(epoch_us(event_time)) as first_seen_us
    from security_findings
    where epoch_us(event_time) < $as_of_us
        and (
            (epoch_us(event_time) >= $window_start_us and epoch_us(event_time) < $window_end_us)
            or (epoch_us(first_observed_at) >= $window_start_us and epoch_us(first_observed_at) < $window_end_us)
        )
        and case severity
            when 'critical' then 5
            when 'high' then 4
            when 'medium' then 3
            when 'low' then 2
            else 1
        end >= case $min_severity
            when 'critical' then 5
            when 'high' then 4
            when 'medium' then 3
            when 'low' then 2
            else 1
        end
    group by account, region, product, type, severity
)
select
    resource,
    'alert' as role,
    $min_severity as min_severity,
    n,
    closed,
    first_seen_us,
    0 as calls,
    0 as calls_ok,
    null::bigint as watermark_us,
    null::bigint as answered_us,
    $window_end_us as window_end_us
from alerts
union all
select
    concat('feed ', feeds.cell) as resource,
    'feed' as role,
    $min_severity as min_severity,
    1 as n,
    0 as closed,
    null::bigint as first_seen_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.watermark_us,
    feeds.answered_us,
    $window_end_us as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
order by resource
