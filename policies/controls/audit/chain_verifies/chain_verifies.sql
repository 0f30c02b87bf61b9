-- Each declared audit log, whatever it holds of the window; each of its chains of hashes with an event in the window; and
-- each chain that an earlier collection saw, whenever it was written. Chain 0 holds the events of no chain: those of a
-- type that never links, and those that lost their hash. n: events. unverified: linked, but nobody recomputed the hash.
-- unsealed: chains of which no row says what became of them since they were seen. altered, lost: of the whole log.
with logs as (
    select
        cell,
        split_part(cell, '/', 1) as source
    from unnest($cells) as declared(cell)
),
sums as (
    select
        source,
        chain,
        count(*) as n,
        count(*) filter (where not hash_verified) as mismatches,
        count(*) filter (where chain > 0 and hash_verified is null) as unverified,
        count(*) filter (where link = 'missing') as missing,
        count(*) filter (where link = 'forked') as forked,
        count(*) filter (where link = 'continued') as continued,
        count(*) filter (where link = 'genesis') as starts,
        count(*) filter (where chain = 0 and not coalesce(list_contains($unlinked_types, event_type), false)) as unhashed
    from log_events
    group by source, chain
),
seals as (
    select
        source,
        chain,
        altered_chains,
        lost_chains
    from audit_chains
    where coalesce(epoch_us(first_time), 0) < $as_of_us
),
witnesses as (
    select
        source,
        max(altered_chains) as altered,
        max(lost_chains) as lost
    from seals
    group by source
),
held as (
    select
        logs.cell,
        coalesce(sum(sums.n), 0)::bigint as events,
        coalesce(sum(sums.n) filter (where sums.chain > 0), 0)::bigint as linked,
        coalesce(sum(sums.starts), 0)::bigint as starts,
        count(*) filter (where sums.chain is not null and seals.chain is null) as unsealed,
        max(witnesses.altered) as altered,
        max(witnesses.lost) as lost
    from logs
    left join sums on sums.source = logs.source
    left join seals
        on seals.source = sums.source
        and seals.chain = sums.chain
    left join witnesses on witnesses.source = logs.source
    group by logs.cell
)
select
    concat('log ', cell) as resource,
    'log' as role,
    null::bigint as chain,
    1 as n,
    events,
    linked,
    starts,
    0 as mismatches,
    0 as unverified,
    0 as missing,
    0 as forked,
    0 as continued,
    0 as unhashed,
    unsealed,
    coalesce(altered, 0) as altered,
    coalesce(lost, 0) as lost,
    null::varchar as witness
from held
union all
select
    concat(source, ' chain ', chain) as resource,
    'chain' as role,
    chain,
    n,
    n as events,
    case when chain > 0 then n else 0 end as linked,
    starts,
    mismatches,
    unverified,
    missing,
    forked,
    continued,
    unhashed,
    0 as unsealed,
    0 as altered,
    0 as lost,
    null::varchar as witness
from sums
union all
select
    concat(audit_chains.source, ' seen before as ', audit_chains.head) as resource,
    'witness' as role,
    audit_chains.chain,
    1 as n,
    audit_chains.events,
    0 as linked,
    0 as starts,
    0 as mismatches,
    0 as unverified,
    0 as missing,
    0 as forked,
    0 as continued,
    0 as unhashed,
    0 as unsealed,
    0 as altered,
    0 as lost,
    audit_chains.witness
from audit_chains
join logs on logs.source = audit_chains.source
where audit_chains.witness <> 'none'
    and coalesce(epoch_us(audit_chains.first_time), 0) < $as_of_us
order by resource
