-- The phase, as the log tells it: its records of errors and warnings, by time and by the log's own numbers, and of kinds that
-- nobody declared. written, held: records of it by those numbers, and how many are here.
with asked as (
    select
        declared.phase,
        phase_records.starts,
        phase_records.started_us,
        phase_records.ended_us,
        phase_records.first_position,
        phase_records.last_position,
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
    count(*) filter (where events.kind in ('error', 'component_failed', 'config_invalid')) as errors,
    count(*) filter (where events.kind = 'warning') as warnings,
    count(*) filter (where events.kind = 'undeclared') as undeclared
from asked
left join deployment_events as events
    on events.source = $log_source
    and epoch_us(events.event_time) < $as_of_us
    and (
        (epoch_us(events.event_time) >= asked.started_us and (asked.ended_us is null or epoch_us(events.event_time) <= asked.ended_us))
        or (events.position >= asked.first_position and events.position <= asked.last_position)
        or events.phase = asked.phase
    )
group by asked.phase
order by resource
