-- One row. calls: each call about the declared cells (source/account/region) that coverage says was not answered in full,
-- with how it ended and where; five of them at most, and how many more there are. A call of the whole source, as that which
-- lists its accounts, counts for each of its cells. Null where every call was answered.
with failed as (
    select distinct
        coverage.status,
        coverage.call,
        coverage.source,
        coverage.account,
        coverage.region
    from unnest($cells) as declared(cell)
    join coverage
        on coverage.source = split_part(declared.cell, '/', 1)
        and (coverage.account = split_part(declared.cell, '/', 2) or coverage.account = '')
        and (coverage.region = split_part(declared.cell, '/', 3) or coverage.region = '')
    where coverage.status <> 'ok'
        and coverage.call <> 'read_files'
),
numbered as (
    select
        concat(call, ' ', status, ' in ', source, '/', account, '/', region) as said,
        row_number() over (order by source, account, region, call, status) as place,
        count(*) over () as all_of_them
    from failed
)
select
    concat(
        string_agg(said, ', ' order by place) filter (where place <= 5),
        case when max(all_of_them) > 5 then concat(' and ', max(all_of_them) - 5, ' more') end
    ) as calls,
    count(*) as found
from numbered
