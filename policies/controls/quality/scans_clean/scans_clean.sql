-- Each declared path, whether it was scanned or not: what the last run of each tool over it found that ended in the window,
-- before the as-of. The last run counts, whatever an earlier one found. tools: how many scanned it.
with ranked as (
    select
        *,
        row_number() over (partition by path, tool order by event_time desc, complete, critical desc, unrated desc) as place
    from security_scans
    where list_contains($paths, path)
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
),
found as (
    select
        path,
        count(*) as tools,
        count(*) filter (where not complete) as incomplete,
        count(*) filter (where of_release is null) as of_unknown,
        count(*) filter (where not of_release) as of_others,
        sum(critical)::bigint as critical,
        sum(high)::bigint as high,
        sum(unrated)::bigint as unrated
    from ranked
    where place = 1
    group by path
)
select
    declared.path as resource,
    coalesce(found.tools, 0) as tools,
    coalesce(found.incomplete, 0) as incomplete,
    coalesce(found.of_unknown, 0) as of_unknown,
    coalesce(found.of_others, 0) as of_others,
    coalesce(found.critical, 0) as critical,
    coalesce(found.high, 0) as high,
    coalesce(found.unrated, 0) as unrated,
    cell_answers.calls,
    cell_answers.calls_ok,
    $window_end_us as window_end_us
from unnest($paths) as declared(path)
left join found on found.path = declared.path
cross join cell_answers
order by resource
