-- Every request ended before the as-of, health checks included, counted once per 10 s slot, source, route and kind.
-- measured: served (a timeout at its timeout value) with a latency. failed: counted apart, never a latency.
-- unmeasured: the source does not say enough to place the request; a policy must bound it, not drop it.
-- answered: of a known kind, with a known outcome. completed: of these, those that ended well. errors: those that ended in an error or a timeout; a client's own
-- error is none. unplaced: it may be a failed request, or a health check, or neither; a policy must bound it.
-- hits, misses: cache lookups. unlooked: it may have been a lookup; a policy must bound it.
-- costed, counted: answered with a cost and currency, or with both token counts, whose sums are beside them.
-- over_N: measured requests slower than the Nth limit of the profile (at most eight limits).
select
    source,
    epoch_us(event_time) // 10000000 * 10000000 as slot_us,
    route,
    kind,
    count(*) as records,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us >= 0 and route is not null and kind is not null) as measured,
    count(*) filter (where outcome in ('error', 'client_error')) as failed,
    count(*) filter (
        where kind is distinct from 'health_check'
        and (outcome is null or (outcome in ('ok', 'timeout') and (latency_us is null or latency_us < 0 or route is null or kind is null)))
    ) as unmeasured,
    count(*) filter (where kind <> 'health_check' and outcome is not null) as answered,
    count(*) filter (where kind <> 'health_check' and outcome = 'ok') as completed,
    count(*) filter (where kind <> 'health_check' and outcome in ('error', 'timeout')) as errors,
    count(*) filter (where kind is distinct from 'health_check' and (kind is null or outcome is null)) as unplaced,
    count(*) filter (where kind <> 'health_check' and cache = 'hit') as hits,
    count(*) filter (where kind <> 'health_check' and cache = 'miss') as misses,
    count(*) filter (where kind is distinct from 'health_check' and (cache is null or (kind is null and cache <> 'bypass'))) as unlooked,
    count(*) filter (where kind <> 'health_check' and outcome is not null and cost_nano >= 0 and currency is not null) as costed,
    coalesce(sum(cost_nano) filter (where kind <> 'health_check' and outcome is not null and cost_nano >= 0 and currency is not null), 0)::bigint as cost_nano,
    min(currency) filter (where cost_nano is not null) as first_currency,
    max(currency) filter (where cost_nano is not null) as last_currency,
    count(*) filter (where kind <> 'health_check' and outcome is not null and input_tokens >= 0 and output_tokens >= 0) as counted,
    coalesce(sum(input_tokens + output_tokens) filter (where kind <> 'health_check' and outcome is not null and input_tokens >= 0 and output_tokens >= 0), 0)::bigint as tokens,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[1] and route is not null and kind is not null) as over_1,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[2] and route is not null and kind is not null) as over_2,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[3] and route is not null and kind is not null) as over_3,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[4] and route is not null and kind is not null) as over_4,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[5] and route is not null and kind is not null) as over_5,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[6] and route is not null and kind is not null) as over_6,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[7] and route is not null and kind is not null) as over_7,
    count(*) filter (where outcome in ('ok', 'timeout') and latency_us > $all_latency_limit_us[8] and route is not null and kind is not null) as over_8
from requests
where epoch_us(event_time) < $as_of_us
group by source, epoch_us(event_time) // 10000000 * 10000000, route, kind
order by source, slot_us, route, kind
