-- Every target (root, unit, account) with the service control policies of the newest answer about it that bound regions.
-- policies: policy|covers_bedrock|denies_unspecified|exempts|allowed regions, a semicolon between policies.
with newest as (
    select
        target,
        max(answered_at) as answered_at
    from region_policies
    where epoch_us(answered_at) < least($window_end_us, $as_of_us)
    group by target
),
texts as (
    select distinct
        region_policies.target,
        least($window_end_us, $as_of_us) - epoch_us(region_policies.answered_at) as age_us,
        concat_ws(
            '|',
            region_policies.policy,
            case when region_policies.covers_bedrock then 'yes' else 'no' end,
            case when region_policies.denies_unspecified then 'yes' else 'no' end,
            case when region_policies.exempts then 'yes' when not region_policies.exempts then 'no' else 'unknown' end,
            region_policies.allowed
        ) as policy
    from region_policies
    join newest
        on newest.target = region_policies.target
        and newest.answered_at = region_policies.answered_at
)
select
    target,
    age_us,
    string_agg(policy, ';' order by policy) as policies
from texts
group by target, age_us
