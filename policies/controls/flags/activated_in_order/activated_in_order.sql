-- The flags that are asked for, of all that the plan declares in its order. before: flags of the plan that were activated in
-- the window no later than this one; missing_before: flags that the plan has before it and that were not activated.
select
    flag_activations.flag as resource,
    flag_activations.position,
    flag_activations.activations,
    flag_activations.activated_us,
    flag_activations.unclear,
    flag_activations.off_again,
    flag_activations.on_before,
    count(*) filter (where others.activated_us <= flag_activations.activated_us) as before,
    count(*) filter (where others.position < flag_activations.position and others.activated_us is null) as missing_before
from flag_activations
left join flag_activations as others on others.position <> flag_activations.position
where list_contains($asked, flag_activations.flag)
group by
    flag_activations.flag,
    flag_activations.position,
    flag_activations.activations,
    flag_activations.activated_us,
    flag_activations.unclear,
    flag_activations.off_again,
    flag_activations.on_before
order by resource
