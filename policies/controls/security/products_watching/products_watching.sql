-- Every declared cell by what its security product last said of itself, and every call of every cell that must have been
-- answered, so that what nobody was allowed to ask is a row. looked_at: standards that are ready, or what the product looks
-- at. silent_us: how long before the judged moment its newest finding was made, or an independent observer saw it alive.
with moment as (
    select
        least($window_end_us, $as_of_us) as at_us
),
newest as (
    select
        declared.cell,
        max(epoch_us(security_products.answered_at)) as answered_us
    from unnest($cells) as declared(cell)
    join security_products
        on security_products.source = split_part(declared.cell, '/', 1)
        and security_products.account = split_part(declared.cell, '/', 2)
        and security_products.region = split_part(declared.cell, '/', 3)
        and security_products.product = $product
    cross join moment
    where epoch_us(security_products.answered_at) < moment.at_us
    group by declared.cell
),
stated as (
    select
        newest.cell,
        newest.answered_us,
        security_products.enabled,
        case when $product = 'securityhub' then security_products.standards else security_products.covered end as looked_at,
        security_products.findings,
        case when security_products.newest_at <= security_products.answered_at then epoch_us(security_products.newest_at) end as found_us
    from newest
    join security_products
        on security_products.source = split_part(newest.cell, '/', 1)
        and security_products.account = split_part(newest.cell, '/', 2)
        and security_products.region = split_part(newest.cell, '/', 3)
        and security_products.product = $product
        and epoch_us(security_products.answered_at) = newest.answered_us
),
seen as (
    select
        declared.cell,
        max(epoch_us(heartbeats.end_time)) as seen_us
    from unnest($cells) as declared(cell)
    join heartbeats
        on heartbeats.source = split_part(declared.cell, '/', 1)
        and heartbeats.account = split_part(declared.cell, '/', 2)
        and heartbeats.region = split_part(declared.cell, '/', 3)
    cross join moment
    where epoch_us(heartbeats.end_time) <= moment.at_us
    group by declared.cell
)
select
    concat($product, ' ', declared.cell) as resource,
    'product' as role,
    $product as product,
    moment.at_us - stated.answered_us as age_us,
    stated.enabled,
    stated.looked_at,
    stated.findings,
    case
        when stated.found_us is null then moment.at_us - seen.seen_us
        when seen.seen_us is null then moment.at_us - stated.found_us
        else moment.at_us - greatest(stated.found_us, seen.seen_us)
    end as silent_us
from unnest($cells) as declared(cell)
cross join moment
left join stated on stated.cell = declared.cell
left join seen on seen.cell = declared.cell
union all
select
    concat($product, ' ', declared.cell, ' ', asked.call) as resource,
    'call' as role,
    $product as product,
    current_answers.age_us,
    null::boolean as enabled,
    null::bigint as looked_at,
    null::bigint as findings,
    null::bigint as silent_us
from unnest($cells) as declared(cell)
cross join unnest($calls) as asked(call)
left join current_answers
    on current_answers.cell = declared.cell
    and current_answers.call = asked.call
    and current_answers.subject = ''
order by resource
