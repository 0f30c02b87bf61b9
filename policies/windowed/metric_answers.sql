-- The newest answer in full of each declared cell (source/account/region) about each metric, that speaks for the whole
-- window. The five minutes before an answer were still filling when it was given, so it does not speak for them.
select
    declared.cell,
    source_answers.source,
    source_answers.account,
    source_answers.region,
    source_answers.subject as metric,
    max(epoch_us(source_answers.answered_at)) as answered_us
from unnest($cells) as declared(cell)
join source_answers
    on source_answers.source = split_part(declared.cell, '/', 1)
    and source_answers.account = split_part(declared.cell, '/', 2)
    and source_answers.region = split_part(declared.cell, '/', 3)
where source_answers.call = 'GetMetricData'
    and source_answers.status = 'ok'
    and epoch_us(source_answers.answered_at) < $as_of_us
    and epoch_us(source_answers.asked_from) <= $window_start_us
    and least(epoch_us(source_answers.asked_until), epoch_us(source_answers.answered_at) - 300000000) >= $window_end_us
group by
    declared.cell,
    source_answers.source,
    source_answers.account,
    source_answers.region,
    source_answers.subject
