-- Each declared rehearsal (procedure, level and limit, place by place of the three lists), whether it was held or not: the
-- last one that began in the window, before the as-of. The last one counts, not the best one; of two at one instant the worse.
with declared as (
    select
        $procedures[n] as procedure,
        $levels[n] as level,
        $limit_seconds[n] as limit_seconds
    from unnest(generate_series(1, greatest(len($procedures), len($levels), len($limit_seconds)))) as numbered(n)
),
ranked as (
    select
        procedure,
        level,
        outcome,
        duration_us,
        row_number() over (
            partition by procedure, level
            order by event_time desc, case outcome when 'failed' then 1 when 'aborted' then 2 else 3 end, duration_us desc nulls first, drill_hi, drill_lo
        ) as place
    from drills
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
)
select
    concat(coalesce(declared.procedure, '(no procedure)'), ' level ', coalesce(declared.level, 0)) as resource,
    declared.procedure,
    declared.level,
    declared.limit_seconds,
    ranked.outcome,
    ranked.duration_us,
    cell_answers.calls,
    cell_answers.calls_ok,
    $window_end_us as window_end_us
from declared
left join ranked
    on ranked.procedure = declared.procedure
    and ranked.level = declared.level
    and ranked.place = 1
cross join cell_answers
order by resource
