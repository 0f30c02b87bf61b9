-- Each declared cell: how many trails of its newest list record what reads its region, up to each condition in turn, each
-- with those before it: logging, reads (of management events, by a selector that nothing narrows), bedrock (not left out),
-- validated (digests are written), delivered (without an error). certain: known to be so; possible: not known to be otherwise.
with listings as (
    select
        cell,
        source,
        account,
        region,
        answered_us,
        age_us
    from current_answers
    where call = 'DescribeTrails'
),
found as (
    select
        listings.cell,
        trails.*
    from listings
    join trails
        on trails.source = listings.source
        and trails.account = listings.account
        and trails.region = listings.region
        and epoch_us(trails.answered_at) = listings.answered_us
    where trails.multi_region
        or trails.home_region = trails.region
),
selector_answers as (
    select
        source,
        account,
        region,
        subject,
        max(answered_us) as answered_us,
        min(age_us) as age_us
    from current_answers
    where call = 'GetEventSelectors'
    group by source, account, region, subject
),
status_answers as (
    select
        source,
        account,
        region,
        subject,
        min(age_us) as age_us
    from current_answers
    where call = 'GetTrailStatus'
    group by source, account, region, subject
),
recorded as (
    select
        selector_answers.source,
        selector_answers.account,
        selector_answers.region,
        selector_answers.subject,
        selector_answers.age_us,
        count(*) filter (where trail_selectors.category = 'Management' and trail_selectors.reads and not trail_selectors.narrowed) as reading,
        count(*) filter (
            where trail_selectors.category = 'Management'
                and trail_selectors.reads
                and not trail_selectors.narrowed
                and trail_selectors.excluded_sources not like '%bedrock%'
        ) as complete
    from selector_answers
    left join trail_selectors
        on trail_selectors.source = selector_answers.source
        and trail_selectors.account = selector_answers.account
        and trail_selectors.region = selector_answers.region
        and trail_selectors.arn = selector_answers.subject
        and epoch_us(trail_selectors.answered_at) = selector_answers.answered_us
    group by selector_answers.source, selector_answers.account, selector_answers.region, selector_answers.subject, selector_answers.age_us
),
judged as (
    select
        found.cell,
        case when status_answers.age_us <= $max_age_seconds * 1000000 then found.logging end as logging,
        case when recorded.age_us <= $max_age_seconds * 1000000 then recorded.reading > 0 end as reads,
        case when recorded.age_us <= $max_age_seconds * 1000000 then recorded.complete > 0 end as bedrock,
        found.validation,
        case
            when status_answers.age_us <= $max_age_seconds * 1000000 then found.delivery_error is null and found.digest_error is null
        end as delivered
    from found
    left join recorded
        on recorded.source = found.source
        and recorded.account = found.account
        and recorded.region = found.region
        and recorded.subject = found.arn
    left join status_answers
        on status_answers.source = found.source
        and status_answers.account = found.account
        and status_answers.region = found.region
        and status_answers.subject = found.arn
),
counted as (
    select
        cell,
        count(*) as trails,
        count(*) filter (where logging is distinct from false) as logging,
        count(*) filter (where logging is distinct from false and reads is distinct from false) as reads,
        count(*) filter (where logging is distinct from false and bedrock is distinct from false) as bedrock,
        count(*) filter (where logging is distinct from false and bedrock is distinct from false and validation) as validated,
        count(*) filter (
            where logging is distinct from false
                and bedrock is distinct from false
                and validation
                and delivered is distinct from false
        ) as possible,
        count(*) filter (where logging and bedrock and validation and delivered) as certain
    from judged
    group by cell
)
select
    concat('trails of ', declared.cell) as resource,
    listings.age_us,
    $max_age_seconds as max_age_seconds,
    coalesce(counted.trails, 0) as trails,
    coalesce(counted.logging, 0) as logging,
    coalesce(counted.reads, 0) as reads,
    coalesce(counted.bedrock, 0) as bedrock,
    coalesce(counted.validated, 0) as validated,
    coalesce(counted.possible, 0) as possible,
    coalesce(counted.certain, 0) as certain,
    refused_calls.calls as unanswered_calls
from unnest($cells) as declared(cell)
left join listings on listings.cell = declared.cell
left join counted on counted.cell = declared.cell
cross join refused_calls
order by resource
