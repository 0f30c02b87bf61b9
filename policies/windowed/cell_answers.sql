-- One row: how the declared cells answered, all together. answered_us: when they were asked, the earliest of it; null where one
-- does not say so. calls is 0 where one never was.
select
    case when min(feeds.calls) = 0 then 0 else sum(feeds.calls)::bigint end as calls,
    sum(feeds.calls_ok)::bigint as calls_ok,
    case when count(*) = count(feeds.answered_us) then min(feeds.answered_us) end as answered_us
from unnest($cells) as asked(cell)
join feeds on feeds.cell = asked.cell
