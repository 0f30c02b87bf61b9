-- The one signature that is owed, of $role on $line: how many statements say so, and what keeps the others from counting.
-- A statement counts when it was signed in the window, was valid until its end (or the as-of, when that is earlier), and
-- nobody had withdrawn it at the as-of. With $run_in_window it counts only when the run that was shown speaks of the
-- window too. A rejection stands from whenever it is, until it is withdrawn.
with statements as (
    select
        sign_offs.statement,
        sign_offs.decision,
        epoch_us(sign_offs.signed_at) as signed_us,
        case
            when sign_offs.role <> $role then 'other_role'
            when epoch_us(sign_offs.withdrawn_at) <= $as_of_us then 'withdrawn'
            when epoch_us(sign_offs.signed_at) < $window_start_us then 'early'
            when epoch_us(sign_offs.signed_at) >= $window_end_us then 'late'
            when epoch_us(sign_offs.valid_until) <= least($window_end_us, $as_of_us) then 'expired'
            when $run_in_window and shown.as_of is null then 'run_unknown'
            when $run_in_window and epoch_us(shown.as_of) < $window_start_us then 'run_early'
            else 'counts'
        end as standing
    from sign_offs
    left join prior_verdicts as shown
        on shown.run = sign_offs.run
        and shown.line = 'run'
    where sign_offs.line = $line
        and epoch_us(sign_offs.signed_at) < $as_of_us
)
select
    concat($line, ' by ', $role) as resource,
    $line as line,
    $role as role,
    count(*) filter (where decision in ('REJECTED', 'NO-GO') and standing not in ('other_role', 'withdrawn')) as rejected,
    count(*) filter (where decision = 'APPROVED' and standing = 'counts') as approved,
    count(*) filter (where decision = 'NOT_APPLICABLE' and standing = 'counts') as not_applicable,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'expired') as expired,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'withdrawn') as withdrawn,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'run_unknown') as run_unknown,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'run_early') as run_early,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'early') as early,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'late') as late,
    count(*) filter (where decision in ('APPROVED', 'NOT_APPLICABLE') and standing = 'other_role') as other_role,
    list(statement order by signed_us, statement) filter (where standing = 'counts') as statements
from statements
order by resource
