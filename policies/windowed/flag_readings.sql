-- Every declared flag as the documents of the declared sources state it for everybody: enabled is null where no document
-- has it, where one decides it for no everybody, and where two disagree. changed_later: steps between the window's end and
-- the as-of, after which a document no longer tells how the flag was at that end.
with stated as (
    select
        flag,
        count(*) as documents,
        count(enabled) as decided,
        min(case when enabled then 1 else 0 end) as least,
        max(case when enabled then 1 else 0 end) as most
    from flags
    where variant is null
        and list_contains($flag_sources, source)
    group by flag
),
later as (
    select
        flag,
        count(*) as steps
    from flag_steps
    where step_us >= $window_end_us
    group by flag
)
select
    declared.flag,
    coalesce(stated.documents, 0) as documents,
    case
        when stated.documents = stated.decided and stated.least = stated.most then stated.least = 1
    end as enabled,
    coalesce(later.steps, 0) as changed_later
from unnest($flags) as declared(flag)
left join stated on stated.flag = declared.flag
left join later on later.flag = declared.flag
