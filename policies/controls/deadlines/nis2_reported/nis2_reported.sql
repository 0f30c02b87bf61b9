-- Every incident of which the entity became aware in the window (or that was opened in it, where nothing says when it became
-- aware), once for each of the three reports that NIS2 asks for, as it was known at the judged moment. ended: whether it
-- was closed by then. And each declared service desk.
with known as (
    select
        concat(source, ' ', severity, ' ', incident_hi, ':', incident_lo) as name,
        significant,
        epoch_us(aware_at) as aware_us,
        case when epoch_us(early_warning_at) < least($window_end_us, $as_of_us) then epoch_us(early_warning_at) end as warned_us,
        case when epoch_us(notified_at) < least($window_end_us, $as_of_us) then epoch_us(notified_at) end as notified_us,
        case when epoch_us(final_report_at) < least($window_end_us, $as_of_us) then epoch_us(final_report_at) end as reported_us,
        closed_at is not null and epoch_us(closed_at) < least($window_end_us, $as_of_us) as ended
    from incidents
    where list_contains($cells, concat(source, '//'))
        and epoch_us(coalesce(aware_at, event_time)) >= $window_start_us
        and epoch_us(coalesce(aware_at, event_time)) < least($window_end_us, $as_of_us)
)
select
    concat(name, ': ', reports.report) as resource,
    reports.report as role,
    significant,
    aware_us,
    warned_us,
    notified_us,
    reported_us,
    ended,
    least($window_end_us, $as_of_us) as moment_us,
    null::bigint as calls,
    null::bigint as calls_ok,
    null::bigint as watermark_us,
    null::bigint as answered_us,
    null::bigint as window_end_us
from known
cross join (values ('early_warning'), ('notification'), ('final_report')) as reports(report)
union all
select
    concat('feed ', feeds.cell) as resource,
    'feed' as role,
    null::boolean as significant,
    null::bigint as aware_us,
    null::bigint as warned_us,
    null::bigint as notified_us,
    null::bigint as reported_us,
    null::boolean as ended,
    least($window_end_us, $as_of_us) as moment_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.watermark_us,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
order by resource
