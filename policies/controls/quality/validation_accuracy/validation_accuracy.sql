-- Each declared validation, whether it was made or not: all its runs that ended in the window, before the as-of, together,
-- so that none is picked. wrong: cases in which the system was not right.
with held as (
    select
        name,
        count(*) as runs,
        sum(total)::bigint as total,
        sum(total - correct)::bigint as wrong
    from validations
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
    group by name
)
select
    declared.name as resource,
    coalesce(held.runs, 0) as runs,
    coalesce(held.total, 0) as total,
    coalesce(held.wrong, 0) as wrong,
    0 as unlabelled,
    cell_answers.calls,
    cell_answers.calls_ok,
    $window_end_us as window_end_us
from unnest($validations) as declared(name)
left join held on held.name = declared.name
cross join cell_answers
order by resource
