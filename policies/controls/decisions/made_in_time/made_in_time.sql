-- The decision point $line: how many decisions stand, when the only one was signed, until when it holds and of when the
-- run speaks that it is about; when the phase before it ended, and the next began, as far as that is known at the as-of.
select
    $line as resource,
    $after_anchor as after_anchor,
    $before_anchor as before_anchor,
    count(decision_records.statement) as decisions,
    max(decision_records.signed_us) as signed_us,
    max(decision_records.valid_until_us) as valid_until_us,
    max(decision_records.shown_as_of_us) as shown_as_of_us,
    max(ended.at_us) as after_us,
    max(began.at_us) as before_us
from unnest([$line]) as declared(line)
left join anchors as ended on ended.anchor = $after_anchor
left join anchors as began on began.anchor = $before_anchor
left join decision_records on declared.line = $line
order by resource
