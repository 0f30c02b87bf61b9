-- Each digest of the declared sources that is about the window, or is not valid, for of such a one nobody knows what it is
-- about; each declared chain, and each other one of these sources, whole. first_us, last_us: what its valid digests cover;
-- gap_us: the longest time of the window that none of them covers, between two of them. n: log files, or digests.
with wanted as (
    select
        chain,
        split_part(chain, '/', 1) as source,
        split_part(chain, '/', 2) as account,
        split_part(chain, '/', 3) as region,
        split_part(chain, '/', 4) as trail
    from unnest($chains) as declared(chain)
),
sources as (
    select distinct source
    from wanted
),
digests as (
    select
        trail_digests.*,
        epoch_us(trail_digests.start_time) as start_us,
        epoch_us(trail_digests.end_time) as end_us
    from trail_digests
    join sources on sources.source = trail_digests.source
    where trail_digests.end_time is null
        or epoch_us(trail_digests.end_time) <= $as_of_us
),
covered as (
    select
        source,
        account,
        region,
        trail,
        home_region,
        count(*) as valid,
        min(start_us) as first_us,
        max(end_us) as last_us,
        max(gap_us) filter (where start_us > $window_start_us and start_us - gap_us < $window_end_us) as gap_us
    from digests
    where state = 'valid'
    group by source, account, region, trail, home_region
),
chains as (
    select trail_chains.*
    from trail_chains
    join sources on sources.source = trail_chains.source
),
named as (
    select
        wanted.source,
        wanted.account,
        wanted.region,
        wanted.trail,
        chains.home_region
    from wanted
    left join chains
        on chains.source = wanted.source
        and chains.account = wanted.account
        and chains.region = wanted.region
        and chains.trail = wanted.trail
    union
    select
        source,
        account,
        region,
        trail,
        home_region
    from chains
)
select
    concat_ws(' ', 'chain', named.source, nullif(named.account, ''), nullif(named.region, ''), coalesce(nullif(named.trail, ''), '(no digest)'), nullif(named.home_region, '')) as resource,
    'chain' as role,
    coalesce(chains.valid, 0) as n,
    null::varchar as state,
    null::varchar as reason,
    null::varchar as link,
    0 as logs_missing,
    0 as logs_invalid,
    0 as logs_unread,
    coalesce(chains.logs_unlisted, 0) as logs_unlisted,
    coalesce(covered.valid, 0) as valid,
    covered.first_us,
    covered.last_us,
    coalesce(covered.gap_us, 0) as gap_us,
    chains.anchor,
    epoch_us(chains.anchored_from) as anchored_us,
    chains.keys_from,
    $window_start_us as window_start_us,
    $window_end_us as window_end_us,
    $as_of_us as as_of_us
from named
left join chains
    on chains.source = named.source
    and chains.account = named.account
    and chains.region = named.region
    and chains.trail = named.trail
    and chains.home_region = named.home_region
left join covered
    on covered.source = named.source
    and covered.account = named.account
    and covered.region = named.region
    and covered.trail = named.trail
    and covered.home_region = named.home_region
union all
select
    concat('digest ', source, ' ', digest) as resource,
    'digest' as role,
    logs_listed as n,
    state,
    reason,
    link,
    logs_missing,
    logs_invalid,
    logs_unread,
    0 as logs_unlisted,
    0 as valid,
    start_us as first_us,
    end_us as last_us,
    coalesce(gap_us, 0) as gap_us,
    null::varchar as anchor,
    null::bigint as anchored_us,
    null::varchar as keys_from,
    $window_start_us as window_start_us,
    $window_end_us as window_end_us,
    $as_of_us as as_of_us
from digests
where state <> 'valid'
    or (start_us < $window_end_us and end_us > $window_start_us)
order by resource
