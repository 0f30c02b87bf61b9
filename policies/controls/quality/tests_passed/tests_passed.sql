-- Each declared suite, whether it was run or not: the cases of its last run that began in the window, before the as-of. The
-- last run counts, not the best one. all_*: the same of all declared suites together.
with last_runs as (
    select
        suite,
        max(epoch_us(event_time)) as run_us
    from test_results
    where list_contains($suites, suite)
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < $window_end_us
        and epoch_us(event_time) < $as_of_us
    group by suite
),
counted as (
    select
        last_runs.suite,
        last_runs.run_us,
        count(*) as total,
        count(*) filter (where test_results.status = 'passed') as passed,
        count(*) filter (where test_results.status = 'skipped') as skipped,
        count(*) filter (where test_results.of_release is null) as of_unknown,
        count(*) filter (where not test_results.of_release) as of_others
    from last_runs
    join test_results
        on test_results.suite = last_runs.suite
        and epoch_us(test_results.event_time) = last_runs.run_us
    where list_contains($cells, concat(test_results.source, '//'))
    group by last_runs.suite, last_runs.run_us
),
pooled as (
    select
        coalesce(sum(passed), 0)::bigint as all_passed,
        coalesce(sum(total - skipped), 0)::bigint as all_executed
    from counted
)
select
    declared.suite as resource,
    counted.run_us,
    coalesce(counted.total, 0) as total,
    coalesce(counted.passed, 0) as passed,
    coalesce(counted.skipped, 0) as skipped,
    coalesce(counted.total - counted.skipped, 0) as executed,
    coalesce(counted.of_unknown, 0) as of_unknown,
    coalesce(counted.of_others, 0) as of_others,
    pooled.all_passed,
    pooled.all_executed,
    cell_answers.calls,
    cell_answers.calls_ok,
    $window_end_us as window_end_us
from unnest($suites) as declared(suite)
left join counted on counted.suite = declared.suite
cross join pooled
cross join cell_answers
order by resource
