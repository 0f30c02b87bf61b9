# syntax=docker/dockerfile:1
# The program in an image that holds nothing else: no compiler, no pip cache, no root, nothing that has to be written.
# How to build it by a digest and run it read-only: docs/how-to/run-in-a-container.md
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
# Every package is one that the locks name, with the hash that they say; what builds the wheel stays in this stage.
RUN python -m venv --without-pip /opt/auditor \
 && python -m pip --python /opt/auditor/bin/python install --require-hashes --only-binary :all: -r requirements.lock \
 && python -m venv /tools \
 && /tools/bin/python -m pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY collectors collectors
COPY policies policies
COPY reports reports
COPY man man
ARG SOURCE_DATE_EPOCH=0
RUN /tools/bin/python -m hatchling build --target wheel --directory /wheel \
 && python -m pip --python /opt/auditor/bin/python install --no-deps --no-index /wheel/auditor-*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="auditor" \
      org.opencontainers.image.description="Policy-engine compliance and SLO auditor: measured, signed, re-executable verdicts" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=builder /opt/auditor /opt/auditor
ENV PATH=/opt/auditor/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["auditor"]
CMD ["--help"]
