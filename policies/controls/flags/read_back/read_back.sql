-- Every declared flag: how its document states it, and whether its activation in the window succeeded.
select
    flag_readings.flag as resource,
    flag_readings.documents,
    flag_readings.enabled,
    flag_readings.changed_later,
    flag_activations.activations,
    flag_activations.rolled_back
from flag_readings
join flag_activations on flag_activations.flag = flag_readings.flag
order by resource
