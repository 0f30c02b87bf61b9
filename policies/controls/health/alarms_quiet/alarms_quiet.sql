-- Every alarm of the declared purposes (or every one at all), every purpose without one, and every declared cell, as the
-- alarms were last listed before the window's end.
select
    watched_alarms.resource,
    watched_alarms.role,
    watched_alarms.state,
    watched_alarms.age_us,
    watched_alarms.blind_cells,
    $max_age_seconds as max_age_seconds,
    refused_calls.calls as unanswered_calls
from watched_alarms
cross join refused_calls
order by watched_alarms.resource
