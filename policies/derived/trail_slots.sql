-- Every audit event before the as-of, counted once per 10 s slot, source, account and region.
select
    source,
    account,
    region,
    epoch_us(event_time) // 10000000 * 10000000 as slot_us,
    count(*) as records
from audit_events
where epoch_us(event_time) < $as_of_us
group by source, account, region, epoch_us(event_time) // 10000000 * 10000000
order by source, account, region, slot_us
