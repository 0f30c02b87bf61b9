-- Every event of the declared audit logs (source/account/region) in the window that was there at the as-of.
select *
from application_events
where epoch_us(event_time) >= $window_start_us
    and epoch_us(event_time) < $window_end_us
    and epoch_us(event_time) < $as_of_us
    and source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
