-- The newest answer in full of each declared cell (source/account/region) to each call about each subject, given before
-- the moment that the line judges: the window's end, or the as-of where that is earlier. age_us: how long before it.
select
    declared.cell,
    source_answers.source,
    source_answers.account,
    source_answers.region,
    source_answers.call,
    source_answers.subject,
    max(epoch_us(source_answers.answered_at)) as answered_us,
    least($window_end_us, $as_of_us) - max(epoch_us(source_answers.answered_at)) as age_us
from unnest($cells) as declared(cell)
join source_answers
    on source_answers.source = split_part(declared.cell, '/', 1)
    and source_answers.account = split_part(declared.cell, '/', 2)
    and source_answers.region = split_part(declared.cell, '/', 3)
where source_answers.status = 'ok'
    and epoch_us(source_answers.answered_at) < least($window_end_us, $as_of_us)
group by
    declared.cell,
    source_answers.source,
    source_answers.account,
    source_answers.region,
    source_answers.call,
    source_answers.subject
