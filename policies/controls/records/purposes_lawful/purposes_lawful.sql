-- Every purpose that the records declare, with its lawful basis, as they stood at the judged moment; every lawful basis that events
-- of the application state in the window, and those of the declared types that state none, with their number (n) and how many
-- purposes have the basis; and each declared source.
with declared as (
    select
        purpose,
        lawful_basis
    from purposes
    where concat(source, '//') = $register
        and epoch_us(reviewed_at) < least($window_end_us, $as_of_us)
    group by purpose, lawful_basis
),
bases as (
    select
        lawful_basis,
        count(*) as purposes
    from declared
    group by lawful_basis
),
stated as (
    select
        lawful_basis,
        count(*) as n
    from application_events
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
        and (lawful_basis is not null or list_contains($event_types, event_type))
    group by lawful_basis
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
    concat('purpose ', purpose, ': ', lawful_basis) as resource,
    'purpose' as role,
    lawful_basis,
    1 as n,
    1 as purposes,
    null::bigint as calls,
    null::bigint as calls_ok,
    null::bigint as answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from declared
union all
select
    concat('events: ', coalesce(stated.lawful_basis, '(none)')) as resource,
    'events' as role,
    stated.lawful_basis,
    stated.n,
    coalesce(bases.purposes, 0) as purposes,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from stated
cross join register
left join bases on bases.lawful_basis = stated.lawful_basis
union all
select
    concat('register ', register.cell) as resource,
    'register' as role,
    null::varchar as lawful_basis,
    1 as n,
    (select count(*) from declared) as purposes,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from register
union all
select
    concat('source ', feeds.cell) as resource,
    'source' as role,
    null::varchar as lawful_basis,
    1 as n,
    null::bigint as purposes,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as asked(cell)
join feeds on feeds.cell = asked.cell
where feeds.cell <> $register
order by resource
