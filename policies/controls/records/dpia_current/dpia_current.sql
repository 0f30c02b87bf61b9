-- Everything that an impact assessment must cover: what is declared, and each model and each route that events of the
-- application name in the window; with the newest assessment that covers it, as it stood at the judged moment, and when a flag
-- or a component was last changed before it (changed_us). And each declared source.
with wanted as (
    select concat('declared ', thing) as resource, thing from unnest($covers) as declared(thing)
    union
    select concat('model ', model_id) as resource, model_id as thing
    from application_events
    where model_id is not null
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
    union
    select concat('route ', route) as resource, route as thing
    from application_events
    where route is not null
        and list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
),
changes as (
    select epoch_us(event_time) as changed_us
    from flag_changes
    where list_contains($cells, concat(source, '//'))
    union all
    select epoch_us(event_time) as changed_us
    from deployment_events
    where kind = 'component_deployed'
        and list_contains($cells, concat(source, '//'))
),
last_change as (
    select max(changed_us) as changed_us
    from changes
    where changed_us < least($window_end_us, $as_of_us)
),
ranked as (
    select
        covers,
        required,
        epoch_us(made_at) as made_us,
        case when epoch_us(approved_at) < least($window_end_us, $as_of_us) then epoch_us(approved_at) end as approved_us,
        residual_risk,
        epoch_us(consulted_at) < least($window_end_us, $as_of_us) as consulted,
        row_number() over (partition by covers order by made_at desc, assessment) as recency
    from assessments
    where concat(source, '//') = $register
        and epoch_us(made_at) < least($window_end_us, $as_of_us)
),
register as (
    select
        $register as cell,
        coalesce(max(calls), 0) as calls,
        coalesce(max(calls_ok), 0) as calls_ok,
        max(answered_us) as answered_us
    from feeds
    where cell = $register
)
select
    wanted.resource,
    'covered' as role,
    wanted.thing,
    ranked.required,
    ranked.made_us,
    ranked.approved_us,
    ranked.residual_risk,
    ranked.consulted,
    last_change.changed_us,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from wanted
cross join last_change
cross join register
left join ranked
    on ranked.covers = wanted.thing
    and ranked.recency = 1
union all
select
    concat('register ', register.cell) as resource,
    'register' as role,
    null::varchar as thing,
    null::boolean as required,
    null::bigint as made_us,
    null::bigint as approved_us,
    null::varchar as residual_risk,
    null::boolean as consulted,
    null::bigint as changed_us,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from register
union all
select
    concat('source ', feeds.cell) as resource,
    'source' as role,
    null::varchar as thing,
    null::boolean as required,
    null::bigint as made_us,
    null::bigint as approved_us,
    null::varchar as residual_risk,
    null::boolean as consulted,
    null::bigint as changed_us,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
where feeds.cell <> $register
order by resource
