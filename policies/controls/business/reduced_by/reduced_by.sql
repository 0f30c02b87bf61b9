-- Every declared stratum, and for durations every one seen: single observations of the window against (100 -
-- $reduction_percent) % of those frozen before the change. Strata are never pooled: a shift of the mix between them would
-- look like a change. `duration`: timed operations; `cost`: what answered requests of a kind cost, in 1e-9.
-- What was observed without a value, or counted by an observer and is not here, or may lie in a slot without an observer,
-- is `unknown` and stands above all that is known. All comparisons are of integers; sums that outgrow JSON are texts.
with facts as (
    select
        'duration' as measure,
        source,
        epoch_us(event_time) as time_us,
        metric,
        stratum,
        case when duration_us >= 0 then duration_us end as value,
        false as other_currency
    from durations
    union all
    select
        'cost' as measure,
        source,
        epoch_us(event_time) as time_us,
        case when outcome is not null then $metric end as metric,
        kind as stratum,
        case when cost_nano >= 0 then cost_nano end as value,
        cost_nano is not null and currency is distinct from $currency as other_currency
    from requests
    where kind is distinct from 'health_check'
),
held as (
    select *
    from facts
    where measure = $measure
        and list_contains($fact_sources, source)
        and time_us >= $window_start_us
        and time_us < least($window_end_us, $as_of_us)
),
strata as (
    select stratum from unnest($strata) as declared(stratum)
    union
    select stratum
    from held
    where stratum is not null
        and metric = $metric
        and $measure = 'duration'
),
beats as (
    select
        source,
        epoch_us(start_time) as start_us,
        epoch_us(end_time) as end_us,
        records as counted
    from heartbeats
    where list_contains($fact_sources, source)
        and account = ''
        and region = ''
        and epoch_us(end_time) <= $as_of_us
        and epoch_us(end_time) > $window_start_us
        and epoch_us(start_time) < $window_end_us
),
beat_slots as (
    select
        source,
        start_us,
        end_us,
        counted,
        unnest(generate_series((start_us + 9999999) // 10000000, end_us // 10000000 - 1)) * 10000000 as slot_us
    from beats
),
fact_slots as (
    select
        source,
        epoch_us(event_time) // 10000000 * 10000000 as slot_us,
        count(*) as records
    from durations
    where $measure = 'duration'
    group by source, epoch_us(event_time) // 10000000
    union all
    select
        source,
        slot_us,
        sum(records)::bigint as records
    from request_slots
    where $measure = 'cost'
    group by source, slot_us
),
beat_sums as (
    select
        beat_slots.source,
        beat_slots.start_us,
        beat_slots.counted,
        coalesce(sum(fact_slots.records), 0)::bigint as here
    from beat_slots
    left join fact_slots
        on fact_slots.source = beat_slots.source
        and fact_slots.slot_us = beat_slots.slot_us
    group by beat_slots.source, beat_slots.start_us, beat_slots.end_us, beat_slots.counted
),
alive as (
    select count(*) as slots
    from (
        select distinct
            source,
            slot_us
        from beat_slots
        where slot_us >= $window_start_us
            and slot_us < $window_end_us
    ) as seen
),
observation as (
    select
        alive.slots,
        len($fact_sources) * (($window_end_us - $window_start_us) // 10000000) - alive.slots as blind_slots,
        coalesce(sum(greatest(beat_sums.counted - beat_sums.here, 0)), 0)::bigint as missing,
        count(*) filter (where beat_sums.start_us is not null and (beat_sums.counted is null or beat_sums.counted < beat_sums.here)) as odd_beats
    from alive
    left join beat_sums on true
    group by alive.slots
),
watermark as (
    select
        case when count(*) = count(ends.end_us) then min(ends.end_us) end as watermark_us
    from (
        select
            sources.source,
            max(beats.end_us) as end_us
        from unnest($fact_sources) as sources(source)
        left join beats on beats.source = sources.source
        group by sources.source
    ) as ends
),
unplaced as (
    select
        strata.stratum,
        count(held.time_us) as unmeasured,
        count(held.time_us) filter (where held.other_currency) as other_currency
    from strata
    left join held
        on (held.stratum = strata.stratum or held.stratum is null)
        and (held.metric = $metric or held.metric is null)
        and (held.metric is null or held.stratum is null or held.value is null or held.other_currency)
    group by strata.stratum
),
unknowns as (
    select
        unplaced.stratum,
        unplaced.unmeasured,
        unplaced.other_currency,
        case
            when observation.odd_beats > 0 or (observation.blind_slots > 0 and $capacity_per_second is null) then null
            else unplaced.unmeasured + observation.missing + observation.blind_slots * 10 * coalesce($capacity_per_second, 0)
        end as unknown
    from unplaced
    cross join observation
),
now_values as (
    select
        stratum,
        value,
        count(*) as observations
    from held
    where metric = $metric
        and stratum is not null
        and value is not null
        and not other_currency
    group by stratum, value
),
then_values as (
    select
        stratum,
        value,
        sum(observations)::bigint as observations
    from baseline_values
    where metric = $metric
        and list_contains($baseline_sources, source)
        and unit = case $measure when 'duration' then 'us' else concat('1e-9 ', $currency) end
        and epoch_us(period_end) <= $window_start_us
        and observations > 0
    group by stratum, value
),
compared as (
    select
        stratum,
        value::hugeint * 100 as place,
        observations as ours,
        0 as theirs
    from now_values
    union all
    select
        stratum,
        1000000000000000000000000::hugeint as place,
        unknown as ours,
        0 as theirs
    from unknowns
    where unknown > 0
    union all
    select
        stratum,
        value::hugeint * (100 - $reduction_percent) as place,
        0 as ours,
        observations as theirs
    from then_values
),
ties as (
    select
        stratum,
        place,
        sum(ours)::hugeint as ours,
        sum(theirs)::hugeint as theirs
    from compared
    group by stratum, place
),
ordered as (
    select
        *,
        sum(ours) over (partition by stratum order by place) as ours_up_to,
        sum(theirs) over (partition by stratum order by place) as theirs_up_to,
        sum(ours) over (partition by stratum) as ours_all,
        sum(theirs) over (partition by stratum) as theirs_all
    from ties
),
ranks as (
    select
        stratum,
        max(ours_all)::bigint as first,
        max(theirs_all)::bigint as second,
        sum(ours * (2 * (theirs_all - theirs_up_to) + theirs))::hugeint::varchar as wins,
        sum((ours + theirs) * (ours + theirs) * (ours + theirs) - ours - theirs)::hugeint::varchar as ties,
        case when max(ours_all + theirs_all) <= 40 then list(list_value(ours::bigint, theirs::bigint) order by place) end as groups,
        min(place) filter (where ours_up_to * 2 >= ours_all and ours_all > 0 and ours > 0) as now_median,
        min(place) filter (where theirs_up_to * 2 >= theirs_all and theirs_all > 0 and theirs > 0) as then_median
    from ordered
    group by stratum
),
now_totals as (
    select
        stratum,
        sum(observations)::bigint as observations,
        sum(value::hugeint * observations)::hugeint as total
    from now_values
    group by stratum
),
then_totals as (
    select
        stratum,
        sum(observations)::bigint as observations,
        sum(value::hugeint * observations)::hugeint as total
    from then_values
    group by stratum
),
kept as (
    select count(*) as records
    from baseline_values
    where list_contains($baseline_sources, source)
),
recorded as (
    select coalesce(sum(records - duplicates), 0)::bigint as records
    from coverage
    where list_contains($baseline_sources, source)
        and call = 'read_values'
        and status = 'ok'
)
select
    concat($metric, '/', strata.stratum) as resource,
    $reduction_percent as reduction_percent,
    $statistic as statistic,
    coalesce(now_totals.observations, 0) as observations,
    coalesce(then_totals.observations, 0) as baseline_observations,
    unknowns.unmeasured,
    unknowns.other_currency,
    unknowns.unknown,
    coalesce(ranks.first, 0) as first,
    coalesce(ranks.second, 0) as second,
    ranks.wins,
    ranks.ties,
    ranks.groups,
    case $statistic
        when 'median' then ranks.now_median < ranks.then_median
        when 'mean' then
            case when unknowns.unknown = 0
                then now_totals.total * 100 * then_totals.observations < then_totals.total * (100 - $reduction_percent) * now_totals.observations
            end
    end as reduced,
    case $statistic
        when 'median' then least(ranks.now_median * 10000 * (100 - $reduction_percent) // nullif(ranks.then_median, 0), 1000000000)::bigint
        when 'mean' then least((now_totals.total * 1000000 // nullif(now_totals.observations, 0)) // nullif(then_totals.total // nullif(then_totals.observations, 0), 0), 1000000000)::bigint
    end as ratio_ppm,
    kept.records as baseline_kept,
    recorded.records as baseline_recorded,
    watermark.watermark_us,
    $window_end_us as window_end_us
from strata
left join unknowns on unknowns.stratum = strata.stratum
left join ranks on ranks.stratum = strata.stratum
left join now_totals on now_totals.stratum = strata.stratum
left join then_totals on then_totals.stratum = strata.stratum
cross join kept
cross join recorded
cross join watermark
order by resource
