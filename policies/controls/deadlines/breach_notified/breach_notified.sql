-- Every incident of which the controller became aware in the window (or that was opened in it, where nothing says when it
-- became aware), as it was known at the judged moment (moment_us). And each declared service desk.
select
    concat(source, ' ', severity, ' ', incident_hi, ':', incident_lo) as resource,
    'incident' as role,
    breach,
    epoch_us(aware_at) as aware_us,
    case when epoch_us(notified_at) < least($window_end_us, $as_of_us) then epoch_us(notified_at) end as notified_us,
    exception,
    least($window_end_us, $as_of_us) as moment_us,
    null::bigint as calls,
    null::bigint as calls_ok,
    null::bigint as watermark_us,
    null::bigint as answered_us,
    null::bigint as window_end_us
from incidents
where list_contains($cells, concat(source, '//'))
    and epoch_us(coalesce(aware_at, event_time)) >= $window_start_us
    and epoch_us(coalesce(aware_at, event_time)) < least($window_end_us, $as_of_us)
union all
select
    concat('feed ', feeds.cell) as resource,
    'feed' as role,
    null::boolean as breach,
    null::bigint as aware_us,
    null::bigint as notified_us,
    null::varchar as exception,
    least($window_end_us, $as_of_us) as moment_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.watermark_us,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
order by resource
