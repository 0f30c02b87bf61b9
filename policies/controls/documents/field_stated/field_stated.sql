-- Each declared field of one document and the value that it must have, place by place of the two lists, whether it is there
-- or not: of the last version made before the window's end and the as-of. A value that nobody listed is 'undeclared'.
with declared as (
    select
        $fields[n] as field,
        $values[n] as expected
    from unnest(generate_series(1, greatest(len($fields), len($values)))) as numbered(n)
),
ranked as (
    select
        source,
        epoch_us(modified_at) as modified_us,
        size,
        row_number() over (order by modified_at desc, source) as place
    from documents
    where document = $document
        and list_contains($cells, concat(source, '//'))
        and epoch_us(modified_at) < $window_end_us
        and epoch_us(modified_at) < $as_of_us
),
latest as (
    select * from ranked where place = 1
),
stated as (
    select
        parts.name,
        parts.filled,
        parts.value
    from latest
    join document_parts as parts
        on parts.source = latest.source
        and parts.document = $document
        and epoch_us(parts.modified_at) = latest.modified_us
        and parts.kind = 'field'
)
select
    concat($document, ': ', coalesce(declared.field, '(no field)')) as resource,
    declared.field,
    declared.expected,
    coalesce(stated.filled, false) as filled,
    stated.value,
    latest.modified_us,
    latest.size,
    cell_answers.calls,
    cell_answers.calls_ok,
    cell_answers.answered_us,
    $window_end_us as window_end_us
from declared
left join stated on stated.name = declared.field
left join latest on true
cross join cell_answers
order by resource
