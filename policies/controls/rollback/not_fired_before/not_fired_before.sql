-- Each earlier run of the release that decided trigger $line, whatever its as-of; and the ledger, for without rows nothing
-- says that there was no such run. A run with a ledger has one row in ledger_places, and its bundle is refused unless
-- every run that was filed as sealed before it began is in prior_verdicts. adjudicated: by Security, after that run.
select
    concat('run ', prior_verdicts.run) as resource,
    'run' as part,
    $line as line,
    prior_verdicts.profile,
    epoch_us(prior_verdicts.as_of) as run_as_of_us,
    prior_verdicts.verdict,
    (
        select count(*)
        from adjudications
        where adjudications.line = $line
            and epoch_us(adjudications.signed_at) > epoch_us(prior_verdicts.as_of)
            and epoch_us(adjudications.signed_at) < $as_of_us
    ) as adjudicated,
    null::bigint as places,
    null::bigint as runs
from prior_verdicts
where prior_verdicts.line = $line
union all
select
    'ledger' as resource,
    'ledger' as part,
    $line as line,
    null::varchar as profile,
    null::bigint as run_as_of_us,
    null::varchar as verdict,
    null::bigint as adjudicated,
    (select count(*) from ledger_places) as places,
    (select count(*) from prior_verdicts where line = 'run') as runs
order by resource
