-- Each declared document, whether there is one or not: its last version made before the window's end and the as-of, so that
-- what was written later changes nothing. missing: declared sections and fields in which it says nothing. described_us: when
-- the last version was made, by then, of the document that it describes. unlinked: whether a link leads to nothing, or did then.
with declared as (
    select document from unnest($documents) as listed(document)
),
ranked as (
    select
        document,
        epoch_us(modified_at) as modified_us,
        size,
        reviewed,
        links,
        broken_links,
        epoch_us(linked_at) as linked_us,
        row_number() over (partition by document order by modified_at desc, source) as place,
        source
    from documents
    where list_contains($cells, concat(source, '//'))
        and epoch_us(modified_at) < $window_end_us
        and epoch_us(modified_at) < $as_of_us
),
wanted as (
    select
        'section' as kind,
        name
    from unnest(coalesce($sections, list_value(''))) as asked(name)
    where name <> ''
    union all
    select
        'field' as kind,
        name
    from unnest(coalesce($fields, list_value(''))) as asked(name)
    where name <> ''
),
filled as (
    select
        ranked.document,
        count(*) as parts
    from ranked
    join document_parts as parts
        on parts.source = ranked.source
        and parts.document = ranked.document
        and epoch_us(parts.modified_at) = ranked.modified_us
        and parts.filled
    join wanted
        on wanted.kind = parts.kind
        and wanted.name = parts.name
    where ranked.place = 1
    group by ranked.document
),
described as (
    select max(modified_us) as described_us
    from ranked
    where document = $newer_than
)
select
    declared.document as resource,
    ranked.modified_us,
    ranked.size,
    ranked.reviewed,
    case
        when ranked.size is null then null
        else (select count(*) from wanted) - coalesce(filled.parts, 0)
    end as missing,
    case
        when ranked.size is null then null
        else ranked.broken_links > 0 or (ranked.linked_us is not null and ranked.linked_us >= least($window_end_us, $as_of_us))
    end as unlinked,
    described.described_us,
    cell_answers.calls,
    cell_answers.calls_ok,
    cell_answers.answered_us,
    $window_start_us as window_start_us,
    $window_end_us as window_end_us
from declared
left join ranked
    on ranked.document = declared.document
    and ranked.place = 1
left join filled on filled.document = declared.document
cross join described
cross join cell_answers
order by resource
