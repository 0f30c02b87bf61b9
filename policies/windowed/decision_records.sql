-- The decisions (GO, NO-GO) on $line that were signed before the as-of and that nobody had withdrawn at it.
-- shown_as_of_us: of when the run speaks that the decision is about; null when that run is not known here.
select
    sign_offs.statement,
    sign_offs.run,
    sign_offs.role,
    sign_offs.decision,
    epoch_us(sign_offs.signed_at) as signed_us,
    epoch_us(sign_offs.valid_until) as valid_until_us,
    epoch_us(shown.as_of) as shown_as_of_us
from sign_offs
left join prior_verdicts as shown
    on shown.run = sign_offs.run
    and shown.line = 'run'
where sign_offs.line = $line
    and sign_offs.decision in ('GO', 'NO-GO')
    and epoch_us(sign_offs.signed_at) < $as_of_us
    and (sign_offs.withdrawn_at is null or epoch_us(sign_offs.withdrawn_at) > $as_of_us)
