-- Every use of personal data in the window that was recorded as resting on a consent, by purpose and by how it stands to that
-- consent, alike ones as one row with their number (n); and each declared source. A use of a purpose whose only declared
-- basis is another one rests on no consent.
with bases as (
    select
        purpose,
        count(*) filter (where lawful_basis = 'consent') as by_consent,
        count(*) filter (where lawful_basis <> 'consent') as by_other
    from purposes
    where list_contains($cells, concat(source, '//'))
    group by purpose
),
given as (
    select
        consent_hi,
        consent_lo,
        min(purpose) as purpose,
        count(distinct purpose) as purposes,
        count(*) filter (where version is null) as unversioned,
        max(epoch_us(event_time)) as given_us,
        min(epoch_us(withdrawn_at)) as withdrawn_us
    from consents
    where concat(source, '//') = $register
    group by consent_hi, consent_lo
),
used as (
    select
        purpose,
        consent_hi,
        consent_lo,
        epoch_us(event_time) as used_us
    from processing_uses
    where list_contains($cells, concat(source, '//'))
        and epoch_us(event_time) >= $window_start_us
        and epoch_us(event_time) < least($window_end_us, $as_of_us)
),
judged as (
    select
        used.purpose,
        case
            when bases.by_other > 0 and bases.by_consent = 0 then 'other_basis'
            when used.purpose = 'undeclared' then 'undeclared'
            when used.consent_hi is null or used.consent_lo is null then 'unlinked'
            when given.given_us is null then 'unknown'
            when used.used_us < given.given_us then 'early'
            when used.used_us >= given.withdrawn_us then 'withdrawn'
            when given.purposes <> 1 or given.purpose <> used.purpose then 'other_purpose'
            when given.unversioned > 0 then 'unversioned'
            else 'respected'
        end as standing
    from used
    left join given
        on given.consent_hi = used.consent_hi
        and given.consent_lo = used.consent_lo
    left join bases on bases.purpose = used.purpose
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
    concat(judged.purpose, ': ', judged.standing) as resource,
    'uses' as role,
    judged.standing,
    count(*) as n,
    max(register.calls) as calls,
    max(register.calls_ok) as calls_ok,
    max(register.answered_us) as answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from judged
cross join register
group by judged.purpose, judged.standing
union all
select
    concat('register ', register.cell) as resource,
    'register' as role,
    null::varchar as standing,
    1 as n,
    register.calls,
    register.calls_ok,
    register.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from register
union all
select
    concat('source ', feeds.cell) as resource,
    'source' as role,
    null::varchar as standing,
    1 as n,
    feeds.calls,
    feeds.calls_ok,
    feeds.answered_us,
    least($window_end_us, $as_of_us) as window_end_us
from unnest($cells) as declared(cell)
join feeds on feeds.cell = declared.cell
where feeds.cell <> $register
order by resource
