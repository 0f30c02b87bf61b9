"""Pages of what Bedrock keeps of an account: custom models, capacity, batch jobs, knowledge bases.

Rules kept here: a custom model and a knowledge base hold what they were made from and are stores; a batch job and a
provisioned model hold nothing but have a place, and where a job writes to is a link. A link's region is that of its
ARN; a bucket's name and a foreign vector store state none, and it stays null.
Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListModelInvocationJobs.html and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_GetKnowledgeBase.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.arns import Arn, arn
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import Parsed, Subject, asked, entries, name
from auditor_collectors.page_parts import part
from auditor_collectors.values import optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

# Of each kind of vector store of a knowledge base: its configuration, and the member that names the store.
VECTOR_STORES = {
    "opensearchServerlessConfiguration": "collectionArn",
    "opensearchManagedClusterConfiguration": "domainArn",
    "rdsConfiguration": "resourceArn",
    "neptuneAnalyticsConfiguration": "graphArn",
    "s3VectorsConfiguration": "indexArn",
    "pineconeConfiguration": "connectionString",
    "redisEnterpriseCloudConfiguration": "endpoint",
    "mongoDbAtlasConfiguration": "endpoint",
}
# Of each kind of job data: where it is.
JOB_DATA = (
    ("inputDataConfig", "s3InputDataConfig", "s3Uri"),
    ("outputDataConfig", "s3OutputDataConfig", "s3Uri"),
)


def custom_models(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the custom models of a region: what they were trained on may be read out of them."""
    return _listed(answer, pages, status, ("modelSummaries", "modelArn", "AWS::Bedrock::CustomModel", "store"))


def provisioned(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the provisioned models of a region."""
    kind = ("provisionedModelSummaries", "provisionedModelArn", "AWS::Bedrock::ProvisionedModelThroughput", "other")
    return _listed(answer, pages, status, kind)


def jobs(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the batch jobs of a region, and the buckets that they read and write."""
    parsed, count = Parsed([]), 0
    for where, document in entries(pages, "invocationJobSummaries"):
        job = member(where, document, "jobArn", arn)
        _resource(parsed, answer, job, "AWS::Bedrock::ModelInvocationJob", "other")
        found = set()
        for config, inner, key in JOB_DATA:
            data = part(where, part(where, document, config), inner)
            uri = member(where, data, key, optional(name))
            if uri is not None:
                found.add((f"arn:{job.partition}:s3:::{_bucket(where, uri)}", data.get("s3BucketOwner")))
        for bucket, owner in sorted(found, key=str):
            _link(parsed, job.whole, bucket, member(where, {"s3BucketOwner": owner}, "s3BucketOwner", optional(name)))
        count += 1
    parsed.subjects.append(Subject("", status, count))
    return parsed


def knowledge_bases(_answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return how many knowledge bases were listed; ``knowledge_base_ids`` names them."""
    return Parsed([Subject("", status, len(knowledge_base_ids(pages)))])


def knowledge_base_ids(pages: Sequence[Page]) -> list[str]:
    """Return the id of each knowledge base that is listed, sorted."""
    return sorted({member(*one, "knowledgeBaseId", name) for one in entries(pages, "knowledgeBaseSummaries")})


def knowledge_base(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return one knowledge base, and the store that holds its vectors and the text beside them."""
    wanted = asked(answer, "knowledgeBaseId")
    parsed = Parsed([Subject(wanted, status, len(pages))])
    for page in pages:
        where = page.where
        document = part(where, page.document, "knowledgeBase")
        if member(where, document, "knowledgeBaseId", name) != wanted:
            raise CollectionError(f"{where}: is another one than {wanted!r}, which was asked", remedy=AGAIN)
        base = member(where, document, "knowledgeBaseArn", arn)
        _resource(parsed, answer, base, "AWS::Bedrock::KnowledgeBase", "store")
        stores = part(where, document, "storageConfiguration")
        for key, named in VECTOR_STORES.items():
            if key in stores:
                store = member(where, part(where, stores, key), named, name)
                _link(parsed, base.whole, store, None)
    return parsed


def _listed(answer: Answer, pages: Sequence[Page], status: str, kind: tuple[str, str, str, str]) -> Parsed:
    """Return the resources of a list; ``kind`` is the list, the member with the ARN, the type, and what it is."""
    key, named, resource_type, what = kind
    parsed, count = Parsed([]), 0
    for where, document in entries(pages, key):
        _resource(parsed, answer, member(where, document, named, arn), resource_type, what)
        count += 1
    parsed.subjects.append(Subject("", status, count))
    return parsed


def _resource(parsed: Parsed, answer: Answer, found: Arn, resource_type: str, kind: str) -> None:
    parsed.add(
        "resources",
        arn=found.whole,
        service=found.service,
        resource_type=resource_type,
        kind=kind,
        account=found.account or answer.account,
        region=found.region,
        data_class=None,
        classification_signed=False,
    )


def _link(parsed: Parsed, source: str, destination: str, owner: str | None) -> None:
    try:
        found: Arn | None = arn(destination)
    except ValueError:
        found = None
    bounded = found is not None and found.service != "s3"
    parsed.add(
        "resource_links",
        arn=source,
        kind="export",
        destination=destination,
        destination_account=owner or (found.account if found is not None and found.account else None),
        destination_region=found.region if bounded and found is not None else None,
        enabled=None,
    )


def _bucket(where: str, uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    bucket = rest.partition("/")[0]
    if scheme != "s3" or not bucket:
        raise CollectionError(f"{where}: found {uri!r}, expected s3:// and a bucket", remedy=AGAIN)
    return bucket
