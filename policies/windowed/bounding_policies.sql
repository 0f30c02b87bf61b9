-- Every target (root, unit, account) with the service control policies of the newest answer about it that bound regions; what
-- a later list of all policies no longer has is not attached any more.
-- policies: policy|covers_bedrock|denies_unspecified|exempts|allowed regions, a semicolon between policies.
with lists as (
    select
        source,
        account,
        region,
        max(answered_at) as answered_at
    from source_answers
    where call = 'ListPolicies'
        and status = 'ok'
        and epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by source, account, region
),
attached as (
    select region_policies.*
    from region_policies
    anti join lists
        on lists.source = region_policies.source
        and lists.account = region_policies.account
        and lists.region = region_policies.region
        and lists.answered_at > region_policies.answered_at
    where epoch_us(region_policies.answered_at) < least($window_end_us, $as_of_us)
),
newest as (
    select
        target,
        max(answered_at) as answered_at
    from attached
    group by target
),
texts as (
    select distinct
        attached.target,
        least($window_end_us, $as_of_us) - epoch_us(attached.answered_at) as age_us,
        concat_ws(
            '|',
            attached.policy,
            case when attached.covers_bedrock then 'yes' else 'no' end,
            case when attached.denies_unspecified then 'yes' else 'no' end,
            case when attached.exempts then 'yes' when not attached.exempts then 'no' else 'unknown' end,
            attached.allowed
        ) as policy
    from attached
    join newest
        on newest.target = attached.target
        and newest.answered_at = attached.answered_at
)
select
    target,
    age_us,
    string_agg(policy, ';' order by policy) as policies
from texts
group by target, age_us
