-- Incidents of the declared severity and above that were opened in the window (raised), or opened before its end and not
-- closed by then (open), and that touch what the line asks about, or may; alike ones are one row with their number. And each
-- declared service desk, so that no incidents are never a pass by themselves. touches: null where the desk does not say.
with judged as (
    select
        severity,
        case $about
            when 'customers' then customer_impacting
            when 'security' then security
            else true
        end as touches,
        epoch_us(event_time) as opened_us,
        closed_at is null or epoch_us(closed_at) >= least($window_end_us, $as_of_us) as still_open
    from incidents
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
        and case severity
            when 'critical' then 4
            when 'high' then 3
            when 'medium' then 2
            else 1
        end >= case $min_severity
            when 'critical' then 4
            when 'high' then 3
            when 'medium' then 2
            else 1
        end
),
found as (
    select
        severity,
        touches,
        count(*) as n,
        min(opened_us) as first_opened_us
    from judged
    where touches is distinct from false
        and case $state
            when 'open' then still_open
            else opened_us >= $window_start_us
        end
    group by severity, touches
)
select
    concat(severity, case when touches is null then ' (unclassified)' else '' end) as resource,
    'incident' as role,
    $min_severity as min_severity,
    n,
    touches,
    first_opened_us,
    0 as calls,
    0 as calls_ok,
    null::bigint as watermark_us,
    null::bigint as answered_us,
    $window_end_us as window_end_us
from found
union all
select
    concat('feed ', feeds.cell) as resource,
    'feed' as role,
    $min_severity as min_severity,
    1 as n,
    null::boolean as touches,
    null::bigint as first_opened_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.watermark_us,
    feeds.answered_us,
    $window_end_us as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
order by resource
