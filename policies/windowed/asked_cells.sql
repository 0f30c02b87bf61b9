-- Every declared cell (role cell), and every question to it that was last answered otherwise than in full (role question).
-- status: how that question was answered. age_us: how long before the judged moment (the window's end, or the as-of where
-- that is earlier) the cell answered, the oldest of the last answers to each question; null where nobody asked by then.
with ranked as (
    select
        declared.cell,
        source_answers.call,
        source_answers.subject,
        source_answers.status,
        least($window_end_us, $as_of_us) - epoch_us(source_answers.answered_at) as age_us,
        row_number() over (
            partition by declared.cell, source_answers.call, source_answers.subject
            order by source_answers.answered_at desc, case when source_answers.status = 'ok' then 1 else 0 end, source_answers.status
        ) as place
    from unnest($cells) as declared(cell)
    join source_answers
        on source_answers.source = split_part(declared.cell, '/', 1)
        and source_answers.account = split_part(declared.cell, '/', 2)
        and source_answers.region = split_part(declared.cell, '/', 3)
    where epoch_us(source_answers.answered_at) < least($window_end_us, $as_of_us)
)
select
    declared.cell as resource,
    declared.cell,
    'cell' as role,
    cast(null as varchar) as call,
    cast(null as varchar) as status,
    max(ranked.age_us) filter (where ranked.place = 1) as age_us
from unnest($cells) as declared(cell)
left join ranked on ranked.cell = declared.cell
group by declared.cell
union all
select
    concat_ws(' ', cell, call, nullif(subject, '')) as resource,
    cell,
    'question' as role,
    call,
    status,
    age_us
from ranked
where place = 1
    and status <> 'ok'
