-- Every processing activity of the Article 30 register, with how many of its seven fields say nothing (unstated) and when it
-- was last reviewed, as the register stood at the judged moment; every store, replica, backup and log that an inventory lists,
-- with whether an activity names it (activities); and each declared source.
with judged as (
    select
        source,
        activity,
        (case when controller_stated then 0 else 1 end)
        + (case when purposes_stated then 0 else 1 end)
        + (case when categories_stated then 0 else 1 end)
        + (case when recipients_stated then 0 else 1 end)
        + (case when transfers_stated then 0 else 1 end)
        + (case when retention_stated then 0 else 1 end)
        + (case when security_stated then 0 else 1 end) as unstated,
        epoch_us(reviewed_at) as reviewed_us
    from register_activities
    where concat(source, '//') = $register
        and epoch_us(reviewed_at) < least($window_end_us, $as_of_us)
),
named as (
    select
        systems.arn,
        count(*) as activities
    from register_systems as systems
    join judged
        on judged.source = systems.source
        and judged.activity = systems.activity
    where concat(systems.source, '//') = $register
    group by systems.arn
),
stores as (
    select
        arn,
        count(*) as listings,
        count(*) filter (where data_class = 'none' and classification_signed) as without_personal_data
    from resources
    where kind not in ('key', 'other')
        and list_contains($cells, concat(source, '/', account, '/', region))
    group by arn
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
    concat('activity ', activity) as resource,
    'activity' as role,
    unstated,
    reviewed_us,
    null::bigint as activities,
    null::boolean as personal,
    null::bigint as calls,
    null::bigint as calls_ok,
    null::bigint as answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from judged
union all
select
    stores.arn as resource,
    'store' as role,
    null::bigint as unstated,
    null::bigint as reviewed_us,
    coalesce(named.activities, 0) as activities,
    stores.without_personal_data < stores.listings as personal,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from stores
cross join register
left join named on named.arn = stores.arn
union all
select
    concat('register ', register.cell) as resource,
    'register' as role,
    null::bigint as unstated,
    null::bigint as reviewed_us,
    (select count(*) from judged) as activities,
    null::boolean as personal,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from register
union all
select
    concat('source ', feeds.cell) as resource,
    'source' as role,
    null::bigint as unstated,
    null::bigint as reviewed_us,
    null::bigint as activities,
    null::boolean as personal,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
where feeds.cell <> $register
order by resource
