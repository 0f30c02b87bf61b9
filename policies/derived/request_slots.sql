-- Every request ended before the as-of, health checks included, counted once per 10 s slot, source, route and kind.
-- measured: served (a timeout at its timeout value) with a latency. failed: counted apart, never a latency.
-- unmeasured: the source does not say enough to place the request; a policy must bound it, not drop it.
-- answered: of a known kind, with a known outcome. completed: of these, those that ended well. errors: those that ended in
-- an error or a timeout; a client's own error is none.
-- unplaced: it may be a failed request, or a health check, or neither; a policy must bound it.
-- hits, misses: cache lookups. unlooked: it may have been a lookup; a policy must bound it.
-- costed, counted: answered with a cost and currency, or with both token counts, whose sums are beside them.
-- over_N: measured requests slower than the Nth limit of the profile (at most eight limits).
-- The requests are read once and counted by all that tells them apart (alike); what a count means is decided afterwards,
-- over some thousand groups. band: how many of the limits, which ascend, the latency exceeds; null without a latency.
with stated as (
    select
        source,
        epoch_us(event_time) // 10000000 * 10000000 as slot_us,
        route,
        kind,
        outcome,
        cache,
        currency,
        case
            when latency_us > $all_latency_limit_us[8] then 8
            when latency_us > $all_latency_limit_us[7] then 7
            when latency_us > $all_latency_limit_us[6] then 6
            when latency_us > $all_latency_limit_us[5] then 5
            when latency_us > $all_latency_limit_us[4] then 4
            when latency_us > $all_latency_limit_us[3] then 3
            when latency_us > $all_latency_limit_us[2] then 2
            when latency_us > $all_latency_limit_us[1] then 1
            when latency_us >= 0 then 0
        end as band,
        cost_nano,
        case when cost_nano >= 0 then cost_nano end as stated_nano,
        case when input_tokens >= 0 and output_tokens >= 0 then input_tokens + output_tokens end as tokens
    from requests
    where epoch_us(event_time) < $as_of_us
),
alike as (
    select
        source,
        slot_us,
        route,
        kind,
        outcome,
        cache,
        currency,
        band,
        count(*) as records,
        count(cost_nano) as priced,
        count(stated_nano) as costed,
        sum(stated_nano) as cost_nano,
        count(tokens) as counted,
        sum(tokens) as tokens
    from stated
    group by source, slot_us, route, kind, outcome, cache, currency, band
)
select
    source,
    slot_us,
    route,
    kind,
    sum(records)::bigint as records,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band is not null and route is not null and kind is not null), 0)::bigint as measured,
    coalesce(sum(records) filter (where outcome in ('error', 'client_error')), 0)::bigint as failed,
    coalesce(sum(records) filter (
        where kind is distinct from 'health_check'
        and (outcome is null or (outcome in ('ok', 'timeout') and (band is null or route is null or kind is null)))
    ), 0)::bigint as unmeasured,
    coalesce(sum(records) filter (where kind <> 'health_check' and outcome is not null), 0)::bigint as answered,
    coalesce(sum(records) filter (where kind <> 'health_check' and outcome = 'ok'), 0)::bigint as completed,
    coalesce(sum(records) filter (where kind <> 'health_check' and outcome in ('error', 'timeout')), 0)::bigint as errors,
    coalesce(sum(records) filter (where kind is distinct from 'health_check' and (kind is null or outcome is null)), 0)::bigint as unplaced,
    coalesce(sum(records) filter (where kind <> 'health_check' and cache = 'hit'), 0)::bigint as hits,
    coalesce(sum(records) filter (where kind <> 'health_check' and cache = 'miss'), 0)::bigint as misses,
    coalesce(sum(records) filter (where kind is distinct from 'health_check' and (cache is null or (kind is null and cache <> 'bypass'))), 0)::bigint as unlooked,
    coalesce(sum(costed) filter (where kind <> 'health_check' and outcome is not null and currency is not null), 0)::bigint as costed,
    coalesce(sum(cost_nano) filter (where kind <> 'health_check' and outcome is not null and currency is not null), 0)::bigint as cost_nano,
    min(currency) filter (where priced > 0) as first_currency,
    max(currency) filter (where priced > 0) as last_currency,
    coalesce(sum(counted) filter (where kind <> 'health_check' and outcome is not null), 0)::bigint as counted,
    coalesce(sum(tokens) filter (where kind <> 'health_check' and outcome is not null), 0)::bigint as tokens,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 1 and route is not null and kind is not null), 0)::bigint as over_1,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 2 and route is not null and kind is not null), 0)::bigint as over_2,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 3 and route is not null and kind is not null), 0)::bigint as over_3,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 4 and route is not null and kind is not null), 0)::bigint as over_4,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 5 and route is not null and kind is not null), 0)::bigint as over_5,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 6 and route is not null and kind is not null), 0)::bigint as over_6,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 7 and route is not null and kind is not null), 0)::bigint as over_7,
    coalesce(sum(records) filter (where outcome in ('ok', 'timeout') and band >= 8 and route is not null and kind is not null), 0)::bigint as over_8
from alike
group by source, slot_us, route, kind
order by source, slot_us, route, kind
