-- One row: up to where an independent observer saw every declared source of requests in the window; null when it did not
-- see one of them at all.
with seen as (
    select
        sources.source,
        max(case when request_observation.state <> 'blind' then request_observation.slot_us + 10000000 end) as watermark_us
    from unnest($request_sources) as sources(source)
    left join request_observation
        on request_observation.source = sources.source
        and request_observation.slot_us >= $window_start_us
        and request_observation.slot_us < $window_end_us
    group by sources.source
)
select
    case
        when count(*) = 0 or count(*) > count(watermark_us) then null
        else min(watermark_us)
    end as watermark_us
from seen
