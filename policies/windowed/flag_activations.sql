-- Every declared flag, at its place in the plan: how often it was activated in the window and first when, whether it was on
-- already when the window began, and how often it was switched off after its activation, or changed to no one value.
with places as (
    select
        n as position,
        $flags[n] as flag
    from unnest(generate_series(1, len($flags))) as numbered(n)
),
before as (
    select
        flag,
        max(step_us) filter (where step = 'on') as on_us,
        max(step_us) filter (where step = 'off') as off_us
    from flag_steps
    where step_us < $window_start_us
    group by flag
),
within as (
    select
        flag,
        count(*) filter (where step = 'on') as activations,
        min(step_us) filter (where step = 'on') as activated_us,
        count(*) filter (where step = 'unclear') as unclear,
        count(*) filter (where kind = 'rolled_back') as rolled_back
    from flag_steps
    where step_us >= $window_start_us
        and step_us < $window_end_us
    group by flag
),
switched as (
    select
        within.flag,
        count(*) as off_again
    from within
    join flag_steps
        on flag_steps.flag = within.flag
        and flag_steps.step = 'off'
        and flag_steps.step_us >= within.activated_us
        and flag_steps.step_us < $window_end_us
    group by within.flag
)
select
    places.position,
    places.flag,
    coalesce(within.activations, 0) as activations,
    within.activated_us,
    coalesce(within.unclear, 0) as unclear,
    coalesce(within.rolled_back, 0) as rolled_back,
    coalesce(switched.off_again, 0) as off_again,
    case
        when before.on_us is null then false
        else before.off_us is null or before.on_us > before.off_us
    end as on_before
from places
left join before on before.flag = places.flag
left join within on within.flag = places.flag
left join switched on switched.flag = places.flag
