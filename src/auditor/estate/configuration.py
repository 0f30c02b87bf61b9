"""The ``auditor.toml`` of the example company: what is audited, and how its sources are read."""

from __future__ import annotations

CONFIGURATION = """\
# What is audited. Every fact, finding and bundle carries it.
[scope]
system = "support-hybrid-routing"
environment = "production"
release = "2025.01.14-3f9c2d1"
phase = "phase-3"

# The application's request log. Columns and values are mapped to the auditor's words; what is not listed is refused.
[sources.requests]
kind = "requests"
files = ["requests/*.jsonl.gz"]
format = "jsonl"
[sources.requests.columns]
event_time = { column = "timestamp", unit = "rfc3339" }
request_id = { column = "requestId" }
route = { column = "routingPath", values = { direct_bedrock = "direct", mcp = "mcp" } }
kind = { column = "type", values = { generation = "generation", cache_hit = "cached", health_check = "health_check" } }
outcome = { column = "status", values = { success = "ok", rejected = "client_error", error = "error", timeout = "timeout" } }
latency = { column = "latencyMs", unit = "ms" }

# CloudTrail log objects, as they lie in the trail's bucket.
[sources.cloudtrail]
kind = "cloudtrail"
files = ["cloudtrail/**/*.json.gz"]

# The load balancer's own count of requests: it sees what the request log may have lost.
[sources.requests_heartbeats]
kind = "heartbeats"
observes = "requests"
files = ["heartbeats/requests.jsonl"]

# What the trail delivered, per region and five minutes.
[sources.cloudtrail_heartbeats]
kind = "heartbeats"
observes = "cloudtrail"
files = ["heartbeats/cloudtrail.jsonl"]
"""
