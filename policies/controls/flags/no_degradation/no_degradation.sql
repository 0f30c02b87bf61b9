-- Every declared flag and kind of request: the requests of its period of monitoring, from its activation on, and of the same
-- period before the first activation, which is the baseline. By counting, so exactly: limit_low_us and limit_high_us are the
-- baseline's P95 (nearest rank) and the tolerance, if every request of it that is unknown was fast or slow (high is null
-- where that has no bound); over_low and over_high are the measured requests of the period that were slower.
-- unmeasured: without kind, outcome or latency. unobserved: not here; null where nothing bounds them.
with firsts as (
    select min(activated_us) as first_us
    from flag_activations
),
periods as (
    select
        flag,
        activated_us as start_us,
        activated_us + $monitor_seconds * 1000000 as end_us
    from flag_activations
    where activated_us is not null
    union all
    select
        '' as flag,
        first_us - $baseline_seconds * 1000000 as start_us,
        first_us as end_us
    from firsts
    where first_us is not null
),
kinds as (
    select kind
    from unnest($kinds) as declared(kind)
),
told as (
    select
        periods.flag,
        kinds.kind,
        requests.outcome,
        requests.latency_us,
        requests.kind is null or requests.outcome is null
            or (requests.outcome in ('ok', 'timeout') and (requests.latency_us is null or requests.latency_us < 0)) as unmeasured
    from periods
    cross join kinds
    join requests
        on epoch_us(requests.event_time) >= periods.start_us
        and epoch_us(requests.event_time) < periods.end_us
        and (requests.kind = kinds.kind or requests.kind is null)
    where epoch_us(requests.event_time) < $as_of_us
        and list_contains($request_sources, requests.source)
),
counted as (
    select
        flag,
        kind,
        count(*) filter (where not unmeasured) as requests,
        count(*) filter (where not unmeasured and outcome in ('error', 'timeout')) as errors,
        count(*) filter (where not unmeasured and outcome in ('ok', 'timeout')) as timed,
        count(*) filter (where unmeasured) as unmeasured
    from told
    group by flag, kind
),
blocks as (
    select
        periods.flag,
        request_observation.source,
        request_observation.block_us,
        count(*) as slots,
        count(*) filter (
            where request_observation.state in ('blind', 'silent', 'over') or (request_observation.state = 'uncounted' and $observer_counts)
        ) as unbounded_slots,
        coalesce(max(request_observation.missing), 0) as missing
    from periods
    join request_observation
        on request_observation.slot_us >= periods.start_us // 10000000 * 10000000
        and request_observation.slot_us < periods.end_us
    where list_contains($request_sources, request_observation.source)
    group by periods.flag, request_observation.source, request_observation.block_us
),
unobserved as (
    select
        flag,
        sum(slots)::bigint as slots,
        case
            when sum(unbounded_slots) > 0 and $capacity_per_second is null then null
            else sum(missing + unbounded_slots * 10 * coalesce($capacity_per_second, 0))::bigint
        end as unobserved
    from blocks
    group by flag
),
bounded as (
    select
        periods.flag,
        kinds.kind,
        periods.end_us,
        coalesce(counted.requests, 0) as requests,
        coalesce(counted.errors, 0) as errors,
        coalesce(counted.timed, 0) as timed,
        case
            when unobserved.slots = ((periods.end_us + 9999999) // 10000000 - periods.start_us // 10000000) * len($request_sources)
                then coalesce(counted.unmeasured, 0) + unobserved.unobserved
        end as unknown
    from periods
    cross join kinds
    left join counted
        on counted.flag = periods.flag
        and counted.kind = kinds.kind
    left join unobserved on unobserved.flag = periods.flag
),
ranks as (
    select
        kind,
        timed,
        unknown,
        (19 * (timed + unknown) + 19) // 20 as rank
    from bounded
    where flag = ''
),
ordered as (
    select
        kind,
        latency_us,
        row_number() over (partition by kind order by latency_us) as number
    from told
    where flag = ''
        and not unmeasured
        and outcome in ('ok', 'timeout')
),
baselines as (
    select
        ranks.kind,
        coalesce(min(ordered.latency_us) filter (where ordered.number = ranks.rank - ranks.unknown), 0) * (100 + $tolerance_percent) as low_percent,
        min(ordered.latency_us) filter (where ordered.number = ranks.rank) * (100 + $tolerance_percent) as high_percent
    from ranks
    left join ordered on ordered.kind = ranks.kind
    group by ranks.kind
),
slower as (
    select
        told.flag,
        told.kind,
        count(*) filter (where told.latency_us * 100 > baselines.low_percent) as over_low,
        case when min(baselines.high_percent) is not null then count(*) filter (where told.latency_us * 100 > baselines.high_percent) end as over_high
    from told
    join baselines on baselines.kind = told.kind
    where not told.unmeasured
        and told.outcome in ('ok', 'timeout')
    group by told.flag, told.kind
)
select
    concat(flag_activations.flag, ' ', kinds.kind) as resource,
    flag_activations.activations,
    coalesce(bounded.requests, 0) as requests,
    coalesce(bounded.errors, 0) as errors,
    coalesce(bounded.timed, 0) as timed,
    bounded.unknown,
    coalesce(slower.over_low, 0) as over_low,
    case when baselines.high_percent is not null then coalesce(slower.over_high, 0) end as over_high,
    baselines.low_percent // 100 as limit_low_us,
    baselines.high_percent // 100 as limit_high_us,
    coalesce(before.requests, 0) as baseline_requests,
    coalesce(before.errors, 0) as baseline_errors,
    coalesce(before.timed, 0) as baseline_timed,
    before.unknown as baseline_unknown,
    $tolerance_percent as tolerance_percent,
    $monitor_seconds as monitor_seconds,
    $baseline_seconds as baseline_seconds,
    bounded.end_us,
    $as_of_us as as_of_us
from flag_activations
cross join kinds
left join bounded
    on bounded.flag = flag_activations.flag
    and bounded.kind = kinds.kind
left join bounded as before
    on before.flag = ''
    and before.kind = kinds.kind
left join baselines on baselines.kind = kinds.kind
left join slower
    on slower.flag = flag_activations.flag
    and slower.kind = kinds.kind
order by resource
