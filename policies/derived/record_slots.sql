-- Every audit event, security finding, event of an application's audit log, incident, change of a flag and step of a rollback
-- before the as-of, counted once per 10 s slot, source, account and region. A log of the application, of flags or of
-- rollbacks, and a service desk, have no account and no region.
with records as (
    select
        source,
        account,
        region,
        epoch_us(event_time) as time_us
    from audit_events
    union all
    select
        source,
        account,
        region,
        epoch_us(event_time) as time_us
    from security_findings
    union all
    select
        source,
        '' as account,
        '' as region,
        epoch_us(event_time) as time_us
    from application_events
    union all
    select
        source,
        '' as account,
        '' as region,
        epoch_us(event_time) as time_us
    from incidents
    union all
    select
        source,
        '' as account,
        '' as region,
        epoch_us(event_time) as time_us
    from flag_changes
    union all
    select
        source,
        '' as account,
        '' as region,
        epoch_us(event_time) as time_us
    from rollback_steps
)
select
    source,
    account,
    region,
    time_us // 10000000 * 10000000 as slot_us,
    count(*) as records
from records
where time_us < $as_of_us
group by source, account, region, time_us // 10000000 * 10000000
order by source, account, region, slot_us
