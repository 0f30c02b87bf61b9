-- Each declared type of personal data, and each that the last run of the declared corpus in the window has beside them.
-- missed: planted and not detected. scanner_*: how well the scanner of the output finds what is there, the limit of what
-- "none unredacted" can mean. near_misses and false_positives are null where a row of the type does not state them.
with runs as (
    select *
    from pii_results
    where epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
        and corpus = $corpus
        and source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
),
last_run as (
    select max(event_time) as ran_at
    from runs
),
results as (
    select
        runs.type,
        sum(runs.planted)::bigint as planted,
        sum(runs.planted - runs.detected)::bigint as missed,
        sum(runs.unredacted)::bigint as unredacted,
        sum(runs.scanner_planted)::bigint as scanner_planted,
        sum(runs.scanner_found)::bigint as scanner_found,
        sum(runs.detected)::bigint as detected,
        case when count(runs.near_misses) = count(*) then sum(runs.near_misses) end::bigint as near_misses,
        case when count(runs.false_positives) = count(*) then sum(runs.false_positives) end::bigint as false_positives
    from runs
    join last_run on last_run.ran_at = runs.event_time
    group by runs.type
),
types as (
    select type from unnest($types) as declared(type)
    union
    select type
    from results
)
select
    types.type as resource,
    coalesce(results.planted, 0) as planted,
    coalesce(results.missed, 0) as missed,
    coalesce(results.unredacted, 0) as unredacted,
    coalesce(results.scanner_planted, 0) as scanner_planted,
    coalesce(results.scanner_found, 0) as scanner_found,
    coalesce(results.detected, 0) as detected,
    results.near_misses,
    results.false_positives,
    epoch_us(last_run.ran_at) as ran_us
from types
left join results on results.type = types.type
cross join last_run
order by resource
