-- Every declared guardrail (id:version) and declared type of personal data, by the newest answer about that version, and what
-- was asked for that. ready: answers of that instant that call it ready. filters: entities and regular expressions of the
-- type; redacting: those that are on and block or anonymise, both ways; vague: those of which one of these is not stated.
-- open: questions that were last answered otherwise than in full; silent: declared cells that nobody asked.
with wanted as (
    select
        guardrails.guardrail as declared,
        split_part(guardrails.guardrail, ':', 1) as guardrail,
        split_part(guardrails.guardrail, ':', 2) as version,
        types.type
    from unnest($guardrails) as guardrails(guardrail)
    cross join unnest($types) as types(type)
),
newest as (
    select
        guardrail,
        version,
        max(answered_at) as answered_at
    from guardrails
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by guardrail, version
),
states as (
    select
        newest.guardrail,
        newest.version,
        newest.answered_at,
        count(*) as answers,
        count(*) filter (where guardrails.status = 'READY') as ready
    from newest
    join guardrails
        on guardrails.guardrail = newest.guardrail
        and guardrails.version = newest.version
        and guardrails.answered_at = newest.answered_at
    group by newest.guardrail, newest.version, newest.answered_at
),
found as (
    select
        guardrail_filters.guardrail,
        guardrail_filters.version,
        guardrail_filters.answered_at,
        guardrail_filters.type,
        count(*) as filters,
        count(*) filter (
            where guardrail_filters.input_enabled
                and guardrail_filters.output_enabled
                and guardrail_filters.input_action in ('ANONYMIZE', 'BLOCK')
                and guardrail_filters.output_action in ('ANONYMIZE', 'BLOCK')
        ) as redacting,
        count(*) filter (
            where guardrail_filters.input_enabled is null
                or guardrail_filters.output_enabled is null
                or guardrail_filters.input_action is null
                or guardrail_filters.output_action is null
        ) as vague
    from guardrail_filters
    group by guardrail_filters.guardrail, guardrail_filters.version, guardrail_filters.answered_at, guardrail_filters.type
),
cells as (
    select
        max(age_us) as age_us,
        count(*) filter (where role = 'cell' and age_us is null) as silent,
        count(*) filter (where role = 'question') as open
    from asked_cells
)
select
    concat(wanted.declared, ' ', wanted.type) as resource,
    'fact' as role,
    null as status,
    case
        when states.answered_at is not null then least($window_end_us, $as_of_us) - epoch_us(states.answered_at)
        when cells.silent = 0 then cells.age_us
    end as age_us,
    wanted.version,
    coalesce(states.answers, 0) as answers,
    coalesce(states.ready, 0) as ready,
    coalesce(found.filters, 0) as filters,
    coalesce(found.redacting, 0) as redacting,
    coalesce(found.vague, 0) as vague,
    cells.open
from wanted
cross join cells
left join states
    on states.guardrail = wanted.guardrail
    and states.version = wanted.version
left join found
    on found.guardrail = wanted.guardrail
    and found.version = wanted.version
    and found.answered_at = states.answered_at
    and found.type = wanted.type
union all
select
    resource,
    role,
    status,
    age_us,
    null as version,
    null as answers,
    null as ready,
    null as filters,
    null as redacting,
    null as vague,
    null as open
from asked_cells
order by resource
