-- Each declared type of personal data, and each that the scans of the declared sources found beside them: over all files
-- that lay there when they were scanned, whatever time their records tell, since what lies in a log today is there today.
-- records: lines scanned for the type. scanner_*: how well the scanner finds what is planted; the least found against the
-- most planted, should scans differ.
with scans as (
    select *
    from pii_scans
    where source in (select split_part(cell, '/', 1) from unnest($cells) as declared(cell))
),
sources as (
    select count(distinct split_part(cell, '/', 1)) as declared_sources
    from unnest($cells) as declared(cell)
),
results as (
    select
        type,
        count(distinct source) as scanned_sources,
        count(*) as files,
        sum(records)::bigint as records,
        sum(hits)::bigint as hits,
        max(scanner_planted) as scanner_planted,
        min(scanner_found) as scanner_found,
        min(scanner_near_misses) as scanner_near_misses,
        max(scanner_false) as scanner_false
    from scans
    group by type
),
types as (
    select type from unnest($types) as declared(type)
    union
    select type
    from results
    where hits > 0
)
select
    types.type as resource,
    sources.declared_sources,
    coalesce(results.scanned_sources, 0) as scanned_sources,
    coalesce(results.files, 0) as files,
    coalesce(results.records, 0) as records,
    coalesce(results.hits, 0) as hits,
    coalesce(results.scanner_planted, 0) as scanner_planted,
    coalesce(results.scanner_found, 0) as scanner_found,
    coalesce(results.scanner_near_misses, 0) as scanner_near_misses,
    coalesce(results.scanner_false, 0) as scanner_false
from types
left join results on results.type = types.type
cross join sources
order by resource
