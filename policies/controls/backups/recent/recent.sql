-- Every resource that must be backed up. good_us: when its newest whole recovery point was completed, in a vault that was
-- listed shortly before the judged moment. failed_us: when a backup job of it last ended otherwise. blind_vaults: declared
-- vaults without such a list. jobs_age_us: how long before the moment the jobs were listed.
with listings as (
    select
        source,
        account,
        region,
        call,
        subject,
        answered_us,
        age_us
    from current_answers
    where call in ('ListRecoveryPointsByBackupVault', 'ListBackupJobs')
        and age_us <= $max_age_seconds::bigint * 1000000
),
blindness as (
    select
        count(*) filter (where listings.subject is null) as blind_vaults
    from unnest($vaults) as declared(vault)
    left join listings
        on listings.call = 'ListRecoveryPointsByBackupVault'
        and listings.subject = declared.vault
),
jobs as (
    select
        min(age_us) as age_us
    from listings
    where call = 'ListBackupJobs'
),
known as (
    select
        backups.resource,
        max(epoch_us(backups.completed_at)) filter (
            where backups.kind = 'recovery_point' and backups.status in ('COMPLETED', 'AVAILABLE')
        ) as good_us,
        max(epoch_us(coalesce(backups.completed_at, backups.created_at))) filter (
            where backups.kind = 'job' and backups.status in ('ABORTED', 'EXPIRED', 'FAILED', 'PARTIAL')
        ) as failed_us
    from backups
    join listings
        on listings.source = backups.source
        and listings.account = backups.account
        and listings.region = backups.region
        and listings.answered_us = epoch_us(backups.answered_at)
        and (
            (backups.kind = 'job' and listings.call = 'ListBackupJobs')
            or (
                backups.kind = 'recovery_point'
                and listings.call = 'ListRecoveryPointsByBackupVault'
                and listings.subject = backups.vault
            )
        )
    join unnest($vaults) as declared(vault) on declared.vault = backups.vault
    where epoch_us(coalesce(backups.completed_at, backups.created_at)) < least($window_end_us, $as_of_us)
    group by backups.resource
)
select
    declared.resource,
    known.good_us,
    known.failed_us,
    blindness.blind_vaults,
    jobs.age_us as jobs_age_us,
    $max_age_seconds as max_age_seconds,
    least($window_end_us, $as_of_us) as moment_us,
    refused_calls.calls as unanswered_calls
from unnest($resources) as declared(resource)
cross join blindness
cross join jobs
left join known on known.resource = declared.resource
cross join refused_calls
order by declared.resource
