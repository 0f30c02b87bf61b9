-- The phase, as the log tells it: when its configuration was last found valid and last found invalid, and when a component was
-- last deployed in it, after which an earlier validation says nothing. warnings: told, and no verdict by themselves.
with asked as (
    select
        declared.phase,
        phase_records.starts,
        phase_records.started_us,
        phase_records.ended_us,
        phase_records.written,
        phase_records.held
    from (select $phase as phase) as declared
    left join phase_records
        on phase_records.phase = declared.phase
        and phase_records.source = $log_source
)
select
    asked.phase as resource,
    coalesce(min(asked.starts), 0) as starts,
    min(asked.ended_us) as ended_us,
    min(asked.written) as written,
    coalesce(min(asked.held), 0) as held,
    max(epoch_us(events.event_time)) filter (where events.kind = 'config_validated') as valid_us,
    max(epoch_us(events.event_time)) filter (where events.kind = 'config_invalid') as invalid_us,
    max(epoch_us(events.event_time)) filter (where events.kind = 'component_deployed') as deployed_us,
    count(*) filter (where events.kind = 'warning') as warnings
from asked
left join deployment_events as events
    on events.source = $log_source
    and epoch_us(events.event_time) < $as_of_us
    and epoch_us(events.event_time) >= asked.started_us
    and (asked.ended_us is null or epoch_us(events.event_time) <= asked.ended_us)
group by asked.phase
order by resource
